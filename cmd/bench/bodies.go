package main

import (
	"bytes"
	"fmt"
	"strings"
)

// The bodies that are sent. All are JSON for the one operation of the spec.

// typical has every field of an update and five ids.
const typical = `{"workspace_group":{"name":"Acme Corporation","add_workspace_ids":[1000010,1000012,1000017],"remove_workspace_ids":[1000011,1000013],` +
	`"notes":"Prefers rockets.\nCall before noon; the café is closed on Mondays.","company":true,"contact_name":"Wile E. Coyote",` +
	`"email":"wile@acme.example","phone_number":"+1 555 0100","address":"1 Canyon Road, Flagstaff","website":"https://acme.example/rockets",` +
	`"external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"ACME-1042","status":"successful",` +
	`"external_message":"Synced","external_link":"https://jira.example/browse/ACME-1042","external_status":"In progress","locked":false}}}`

// refused is typical without the one field that has to be there.
var refused = strings.Replace(typical, `"name":"Acme Corporation",`, "", 1)

// large adds a thousand workspaces.
var large = ids("add_workspace_ids", 1_000, 1_000_001)

// refused50 has fifty ids that are not ids: -50 to -1.
var refused50 = ids("add_workspace_ids", 50, -50)

// nested has 9,990 arrays, each in the other, in place of the name. encoding/json ends at 10,000.
var nested = `{"workspace_group":{"name":` + strings.Repeat("[", 9_990) + strings.Repeat("]", 9_990) + `}}`

func ids(field string, n, first int) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"workspace_group":{"name":"Acme Corporation",%q:[`, field)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, first+i)
	}
	b.WriteString(`]}}`)
	return b.String()
}
