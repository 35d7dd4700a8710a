package validate_test

import (
	"errors"
	"fmt"

	"example.com/oxgroups/api/validate"
)

func ExampleSyntaxError() {
	s := validate.NewScanner([]byte(`{"name": "Acme", "name": "Emca"}`), validate.Options{})
	s.Skip()
	var syntax *validate.SyntaxError
	if errors.As(s.End(), &syntax) {
		fmt.Println(syntax.Offset, syntax.Message)
	}
	// Output: 24 duplicate key
}

func ExampleViolation_Field() {
	v := validate.Violation{Pointer: "/external_reference/status", Rule: "enum", Message: `must be one of "successful", "pending"`}
	fmt.Println(v.Field(), v.Message)
	// Output: external_reference.status must be one of "successful", "pending"
}

func ExamplePointerToken() {
	fmt.Println("/" + validate.PointerToken("a/b"))
	// Output: /a~1b
}

func ExampleDottedNames() {
	fields := []validate.Field{{Name: "name"}, {Name: "external_reference", Kind: validate.Object, Fields: []validate.Field{{Name: "status"}}}}
	fmt.Println(validate.DottedNames("", fields))
	// Output: [name external_reference external_reference.status]
}

func ExampleAppendValue() {
	fmt.Printf("%s %s\n", validate.AppendValue(nil, validate.Array, "[1, 2]"), validate.AppendValue(nil, validate.String, "[1, 2]"))
	// Output: [1, 2] "[1, 2]"
}

func ExampleSortedKeys() {
	fmt.Println(validate.SortedKeys(map[string]bool{"10": true, "9": true, "11": true}))
	// Output: [9 10 11]
}

func ExampleScanner_Int64() {
	for _, text := range []string{"7", "7.0", "7e1", "7.5"} {
		s := validate.NewScanner([]byte(text), validate.Options{})
		n, ok := s.Int64()
		fmt.Println(n, ok, s.End())
	}
	// Output:
	// 7 true <nil>
	// 7 true <nil>
	// 70 true <nil>
	// 0 false must be an integer
}

func ExampleEncoder() {
	e := validate.NewEncoder(nil)
	e.Open('{')
	e.Name("id")
	e.Int(7)
	e.Key(`"tags":`)
	e.Open('[')
	for _, tag := range []string{"a", "b"} {
		e.Next()
		e.String(tag)
	}
	e.Close(']')
	e.Close('}')
	text, err := e.Result()
	fmt.Println(string(text), err)
	// Output: {"id":7,"tags":["a","b"]} <nil>
}
