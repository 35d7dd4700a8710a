package api_test

// fieldEdit is a field that is added to openapi.yaml, and the values that it is driven with. They are JSON, and differ, so
// that each way to set the field is seen to set it.
type fieldEdit struct {
	key    string
	schema string // in YAML, of the update and of the group
	only   string // "update" or "group" where the field is in one of them alone

	goName  string // of the field in client.Update and client.Group
	goValue string // an expression for one, in Go
	one     string
	two     string

	flags   []string // set two; nil: "--KEY=TWO", with hyphens
	columns []column // set two; nil: a column KEY with the value of two as text
	cannot  string   // a value that the rules forbid
	clears  bool     // null clears it
}

type column struct{ name, cell string }

// fieldEdits are the kinds of a field, by what a maintainer would call them.
var fieldEdits = map[string]fieldEdit{
	"string": {key: "fax_number", schema: `{type: string, nullable: true, description: The fax number}`,
		goName: "FaxNumber", goValue: `client.Value("1")`, one: `"1"`, two: `"2"`, cannot: `5`, clears: true},
	"string with a pattern and bounds": {key: "reg_code", schema: `{type: string, nullable: true, pattern: '^[A-Z]+$', maxLength: 4, description: The code of the register}`,
		goName: "RegCode", goValue: `client.Value("AB")`, one: `"AB"`, two: `"ABCD"`, cannot: `"ABCDE"`, clears: true},
	"string without null": {key: "nickname", schema: `{type: string, minLength: 2, description: A short name}`,
		goName: "Nickname", goValue: `new("ab")`, one: `"ab"`, two: `"cd"`, cannot: `null`},
	"integer": {key: "headcount", schema: `{type: integer, format: int64, minimum: 0, maximum: 9007199254740993, nullable: true, description: How many people}`,
		goName: "Headcount", goValue: `client.Value[int64](9007199254740993)`, one: `9007199254740993`, two: `0`, cannot: `-1`, clears: true},
	"integer of 32 bits": {key: "floor", schema: `{type: integer, format: int32, nullable: true, description: The floor}`,
		goName: "Floor", goValue: `client.Value[int32](-2)`, one: `-2`, two: `3`, cannot: `2147483648`, clears: true},
	"number": {key: "score", schema: `{type: number, format: double, minimum: 0, maximum: 1, exclusiveMaximum: true, nullable: true, description: The score}`,
		goName: "Score", goValue: `client.Value(0.25)`, one: `0.25`, two: `0.5`, cannot: `1`, clears: true},
	"boolean": {key: "vip", schema: `{type: boolean, nullable: true, description: Whether it is important}`,
		goName: "Vip", goValue: `client.Value(true)`, one: `true`, two: `false`, cannot: `"yes"`, clears: true},
	"enum without null": {key: "tier", schema: `{type: string, enum: [gold, silver], description: The tier}`,
		goName: "Tier", goValue: `new(client.WorkspaceGroupUpdateTierGold)`, one: `"gold"`, two: `"silver"`, cannot: `"tin"`},
	"enum with null": {key: "region", schema: `{type: string, nullable: true, enum: [emea, apac, null], description: The region}`,
		goName: "Region", goValue: `client.Value(client.WorkspaceGroupUpdateRegionEmea)`, one: `"emea"`, two: `"apac"`, cannot: `"mars"`, clears: true},
	"date": {key: "founded_on", schema: `{type: string, format: date, nullable: true, description: The day of the foundation}`,
		goName: "FoundedOn", goValue: `client.Value(types.Date{Time: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)})`, one: `"2024-02-29"`, two: `"2013-04-15"`, cannot: `"2023-02-29"`, clears: true},
	"date-time": {key: "last_call_at", schema: `{type: string, format: date-time, nullable: true, description: When the last call was}`,
		goName: "LastCallAt", goValue: `client.Value(time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC))`, one: `"2024-02-29T01:02:03Z"`, two: `"2013-04-15T16:48:48-07:00"`, cannot: `"yesterday"`, clears: true},
	"uuid": {key: "tracking_id", schema: `{type: string, format: uuid, nullable: true, description: An id of another system}`,
		goName: "TrackingID", goValue: `client.Value(types.UUID{1})`, one: `"01000000-0000-0000-0000-000000000000"`, two: `"123e4567-e89b-12d3-a456-426614174000"`, cannot: `"1"`, clears: true},
	"array of strings": {key: "tags", schema: `{type: array, nullable: true, maxItems: 3, uniqueItems: true, items: {type: string, minLength: 1}, description: Tags}`,
		goName: "Tags", goValue: `client.Value([]string{"a", "b"})`, one: `["a","b"]`, two: `["c","d"]`, flags: []string{"--tags=c", "--tags=d"},
		columns: []column{{"tags", "c;d"}}, cannot: `["a","a"]`, clears: true},
	"array of enums": {key: "channels", schema: `{type: array, nullable: true, items: {type: string, enum: [mail, phone]}, description: Channels}`,
		goName: "Channels", goValue: `client.Value([]client.WorkspaceGroupUpdateChannels{client.WorkspaceGroupUpdateChannelsMail})`, one: `["mail"]`, two: `["phone","mail"]`,
		flags: []string{"--channels=phone,mail"}, columns: []column{{"channels", "phone;mail"}}, cannot: `["fax"]`, clears: true},
	"array of integers without null": {key: "ports", schema: `{type: array, items: {type: integer, format: int64, minimum: 1}, description: Ports}`,
		goName: "Ports", goValue: `new([]int64{1})`, one: `[1]`, two: `[2,3]`, flags: []string{"--ports=2,3"}, columns: []column{{"ports", "2;3"}}, cannot: `[0]`},
	"array of objects": {key: "contacts", schema: `{type: array, nullable: true, description: People, items: {type: object, required: [name], properties: {name: {type: string, description: The name}, phone: {type: string, nullable: true, description: The phone}}}}`,
		goName: "Contacts", goValue: `decoded(&u.Contacts, "[{\"name\":\"A\",\"phone\":\"1\"}]")`, one: `[{"name":"A","phone":"1"}]`, two: `[{"name":"B","phone":null}]`,
		flags: []string{`--field=contacts=[{"name":"B","phone":null}]`}, columns: []column{{"contacts", `[{"name":"B","phone":null}]`}}, cannot: `[{"phone":"1"}]`, clears: true},
	"nested object inline": {key: "billing", schema: `{type: object, nullable: true, description: Where bills go, required: [street], properties: {street: {type: string, description: The street}, city: {type: string, nullable: true, description: The city}}}`,
		goName: "Billing", goValue: `decoded(&u.Billing, "{\"street\":\"A\",\"city\":\"B\"}")`, one: `{"street":"A","city":"B"}`, two: `{"street":"C","city":"D"}`,
		flags: []string{"--billing=street=C,city=D"}, columns: []column{{"billing.street", "C"}, {"billing.city", "D"}}, cannot: `{"city":"B"}`, clears: true},
	"nested object by reference": {key: "shipping", schema: `{$ref: '#/components/schemas/PostalAddress'}`,
		goName: "Shipping", goValue: `client.Value(model.PostalAddress{Street: "A", Zip: client.Value("1")})`, one: `{"street":"A","zip":"1"}`, two: `{"street":"C","zip":"2"}`,
		flags: []string{"--shipping=street=C,zip=2"}, columns: []column{{"shipping.street", "C"}, {"shipping.zip", "2"}}, cannot: `{"zip":"1"}`, clears: true},
	"map": {key: "labels", schema: `{type: object, nullable: true, maxProperties: 2, additionalProperties: {type: string}, description: Labels}`,
		goName: "Labels", goValue: `client.Value(map[string]string{"a": "1"})`, one: `{"a":"1"}`, two: `{"a":"2"}`, cannot: `{"a":1}`, clears: true},
	"any object": {key: "extra", schema: `{type: object, nullable: true, additionalProperties: true, description: Anything}`,
		goName: "Extra", goValue: `decoded(&u.Extra, "{\"a\":[1]}")`, one: `{"a":[1]}`, two: `{"a":[2]}`, cannot: `[]`, clears: true},
	"name with a hyphen": {key: "e-mail", schema: `{type: string, nullable: true, description: Another address}`,
		goName: "EMail", goValue: `client.Value("a")`, one: `"a"`, two: `"b"`, cannot: `1`, clears: true},
	"name with an underscore first": {key: "_links", schema: `{type: string, nullable: true, description: Links}`,
		goName: "UnderscoreLinks", goValue: `client.Value("a")`, one: `"a"`, two: `"b"`, flags: []string{"--links=b"}, cannot: `1`, clears: true},
	"name with a dot": {key: "a.b", schema: `{type: string, nullable: true, description: A name with a dot}`,
		goName: "AB", goValue: `client.Value("a")`, one: `"a"`, two: `"b"`, cannot: `1`, clears: true},
	"name with a digit first": {key: "2fa", schema: `{type: boolean, nullable: true, description: Whether there is a second factor}`,
		goName: "N2Fa", goValue: `client.Value(true)`, one: `true`, two: `false`, cannot: `1`, clears: true},
	"deprecated": {key: "pager", schema: `{type: string, nullable: true, deprecated: true, description: The pager}`,
		goName: "Pager", goValue: `client.Value("1")`, one: `"1"`, two: `"2"`, cannot: `1`, clears: true},
	"default": {key: "language", schema: `{type: string, nullable: true, default: en, description: The language}`,
		goName: "Language", goValue: `client.Value("de")`, one: `"de"`, two: `"fr"`, cannot: `1`, clears: true},
	"readOnly": {key: "rank", only: "group", schema: `{type: integer, format: int64, readOnly: true, nullable: true, description: The rank}`,
		goName: "Rank", one: `3`},
	"writeOnly": {key: "pin", only: "update", schema: `{type: string, nullable: true, writeOnly: true, description: A secret}`,
		goName: "Pin", goValue: `client.Value("1")`, one: `"1"`, two: `"2"`, cannot: `1`, clears: true},
}
