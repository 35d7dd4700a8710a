package validate

// Kind is the type of a JSON value, or of the values of a field.
type Kind uint8

// The kinds of values. A scanner reports Number for integers too, and Invalid for what cannot begin a value.
const (
	Invalid Kind = iota
	Null
	Boolean
	Integer
	Number
	String
	Array
	Object
)

// Any is the kind of a field whose values may be of more than one type.
const Any = Invalid

var kindNames = [...]string{"any", "null", "boolean", "integer", "number", "string", "array", "object"}

// String returns the name that OpenAPI has for the kind, or "any".
func (k Kind) String() string { return kindNames[k] }
