package client_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
)

// full is a reply with every association, with ids and numbers as the vendor's own definition types them: strings for ids,
// integers for account_id and subject_id.
const full = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},` +
	`"results":[{"key":"workspace_groups","id":"7"}],` +
	`"workspace_groups":{"7":{"id":"7","name":"Acme","company":true,"contact_name":null,"email":"a@acme.example","phone_number":null,` +
	`"address":null,"website":null,"notes":"rockets","created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00",` +
	`"workspace_ids":["10","11"],"external_reference_ids":["1"],"rate_card_set_ids":["2"]}},` +
	`"workspaces":{"10":{"id":"10","title":"Ten","account_id":1,"due_date":"2013-04-15","archived":false},` +
	`"11":{"id":"11","title":"Eleven","account_id":1,"due_date":null,"archived":false}},` +
	`"external_references":{"1":{"id":"1","service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":"pending",` +
	`"external_message":null,"external_link":null,"external_status":null,"locked":false,"last_synced_at":null,` +
	`"subject_id":7,"subject_type":"WorkspaceGroup","created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}},` +
	`"rate_card_sets":{"2":{"id":"2","title":"Standard","account_default":true,"active_currencies":["USD"],"default_currencies":["USD"],` +
	`"destroyable":false,"created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}}}`

// edited returns full with one part replaced.
func edited(old, new string) string {
	if !strings.Contains(full, old) {
		panic("the reply has no " + old)
	}
	return strings.Replace(full, old, new, 1)
}

// Where a reply is known from.
const (
	definition = "the vendor's definition of the types of a reply"
	documented = "the vendor's page of the endpoint"
	framework  = "the vendor's framework and its published clients"
	proxy      = "a proxy or gateway in front of the API"
	customs    = "a custom of web frameworks: Rails, RFC 9457, JSON:API, OAuth 2"
	decoders   = "what JSON encoders of other languages write"
)

// accepted are replies with status 200 that have the group.
var accepted = []struct {
	name, ground, body string
	warnings           []string // pointers
	check              func(*client.Result) bool
}{
	{"every type of the definition", definition, full, nil, func(r *client.Result) bool {
		return r.Group.ID == 7 && r.Group.Name == "Acme" && slices.Equal(r.Group.WorkspaceIds, []int64{10, 11}) &&
			len(r.Workspaces) == 2 && r.Workspaces[1].ID == 11 && len(r.ExternalReferences) == 1 && len(r.RateCardSets) == 1
	}},
	{"account_id as a string", decoders, edited(`"account_id":1`, `"account_id":"1"`), nil, all},
	{"subject_id as a string", decoders, edited(`"subject_id":7`, `"subject_id":"7"`), nil, all},
	{"ids as numbers", decoders, strings.NewReplacer(`"id":"7"`, `"id":7`, `"id":"10"`, `"id":10`, `"id":"1"`, `"id":1`, `"id":"2"`, `"id":2`).Replace(full), nil, all},
	{"ids in a list as numbers", decoders, edited(`["10","11"]`, `[10,11]`), nil, all},
	{"only what is required of a reply", framework, `{"results":[{"key":"workspace_groups","id":"7"}],"workspace_groups":{"7":{"id":"7"}}}`, anyWarnings, isSeven},
	{"no results", framework, edited(`"results":[{"key":"workspace_groups","id":"7"}],`, ``), anyWarnings, all},
	{"results is null", decoders, edited(`[{"key":"workspace_groups","id":"7"}]`, `null`), anyWarnings, all},
	{"results is empty", framework, edited(`[{"key":"workspace_groups","id":"7"}]`, `[]`), nil, all},
	{"results name a group that is missing", framework, edited(`"results":[{"key":"workspace_groups","id":"7"}]`, `"results":[{"key":"workspace_groups","id":"9"}]`), []string{"/results"}, all},
	{"a result of another kind first", framework, edited(`"results":[`, `"results":[{"key":"workspaces","id":"10"},`), nil, all},
	{"no count", definition, edited(`"count":1,`, ``), anyWarnings, all},
	{"count as a string", decoders, edited(`{"count":1,`, `{"count":"1",`), nil, all},
	{"no meta", definition, edited(`"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},`, ``), anyWarnings, all},
	{"meta is null", decoders, edited(`{"count":1,"page_count":1,"page_number":1,"page_size":20}`, `null`), anyWarnings, all},
	{"meta is a list", decoders, edited(`{"count":1,"page_count":1,"page_number":1,"page_size":20}`, `[]`), []string{"/meta"}, all},
	{"a status beyond the list", documented, edited(`"status":"pending"`, `"status":"fail"`), nil, func(r *client.Result) bool {
		status, _ := r.ExternalReferences[0].Status.Value()
		return status == "fail"
	}},
	{"a status of null", definition, edited(`"status":"pending"`, `"status":null`), nil, all},
	{"a title of null", definition, edited(`"title":"Ten"`, `"title":null`), []string{"/workspaces/10/title"}, all},
	{"a title of a number", decoders, edited(`"title":"Ten"`, `"title":10`), anyWarnings, all},
	{"a title that is left out", definition, edited(`,"title":"Ten"`, ``), anyWarnings, all},
	{"a date with a time", decoders, edited(`"due_date":"2013-04-15"`, `"due_date":"2013-04-15T00:00:00-07:00"`), anyWarnings, all},
	{"a date of a person", decoders, edited(`"due_date":"2013-04-15"`, `"due_date":"15 April"`), []string{"/workspaces/10/due_date"}, all},
	{"an empty date", decoders, edited(`"due_date":"2013-04-15"`, `"due_date":""`), anyWarnings, all},
	{"a time with a fraction", decoders, edited(`"created_at":"2013-04-15T16:48:48-07:00"`, `"created_at":"2013-04-15T16:48:48.123-07:00"`), nil, func(r *client.Result) bool {
		return r.Group.CreatedAt.Equal(time.Date(2013, 4, 15, 23, 48, 48, 123e6, time.UTC))
	}},
	{"a time that is not a time", decoders, edited(`"created_at":"2013-04-15T16:48:48-07:00"`, `"created_at":"soon"`), []string{"/workspace_groups/7/created_at"}, func(r *client.Result) bool {
		return r.Group.CreatedAt.IsZero() && r.Group.Name == "Acme"
	}},
	{"a time of null", decoders, edited(`"created_at":"2013-04-15T16:48:48-07:00"`, `"created_at":null`), []string{"/workspace_groups/7/created_at"}, all},
	{"workspaces of null", decoders, edited(`"workspaces":{"10":`, `"workspaces":null,"spaces":{"10":`), anyWarnings, isSeven},
	{"workspaces as an empty list", decoders, edited(`"workspaces":{"10":`, `"workspaces":[],"spaces":{"10":`), []string{"/workspaces"}, isSeven},
	{"a workspace of null", decoders, edited(`"workspaces":{`, `"workspaces":{"12":null,`), []string{"/workspaces/12"}, all},
	{"workspace_ids of null", decoders, edited(`["10","11"]`, `null`), anyWarnings, all},
	{"workspace_ids that are left out", documented, edited(`"workspace_ids":["10","11"],`, ``), nil, all},
	{"a workspace without access", documented, edited(`["10","11"]`, `["10","11","12"]`), nil, all},
	{"an id that is not an id", decoders, edited(`["10","11"]`, `["10","x","11"]`), []string{"/workspace_groups/7/workspace_ids/1"}, all},
	{"an object without its id", definition, edited(`{"id":"10",`, `{`), anyWarnings, all},
	{"a boolean as a string", decoders, edited(`"company":true`, `"company":"yes"`), []string{"/workspace_groups/7/company"}, func(r *client.Result) bool {
		return !r.Group.Company.IsSpecified() && r.Group.Name == "Acme"
	}},
	{"a string as an object", decoders, edited(`"notes":"rockets"`, `"notes":{"text":"rockets"}`), []string{"/workspace_groups/7/notes"}, all},
	{"a name of null", decoders, edited(`"name":"Acme"`, `"name":null`), []string{"/workspace_groups/7/name"}, isSeven},
	{"a lone surrogate", decoders, edited(`"notes":"rockets"`, `"notes":"a \ud800 b"`), []string{"/workspace_groups/7/notes"}, func(r *client.Result) bool {
		notes, _ := r.Group.Notes.Value()
		return notes == "a \ufffd b"
	}},
	{"U+0000 in a string", decoders, edited(`"notes":"rockets"`, `"notes":"a\u0000b"`), nil, func(r *client.Result) bool {
		notes, _ := r.Group.Notes.Value()
		return all(r) && notes == "a\x00b"
	}},
	{"a byte order mark", proxy, "\ufeff" + full, nil, all},
	{"a duplicate key", decoders, edited(`"notes":"rockets"`, `"notes":"first","notes":"rockets"`), anyWarnings, func(r *client.Result) bool {
		notes, _ := r.Group.Notes.Value()
		return notes == "rockets"
	}},
	{"unknown keys", definition, edited(`"title":"Ten"`, `"title":"Ten","percentage_complete":50,"status":{"key":300,"message":"Active"}`), nil, all},
	{"bytes that are not UTF-8", proxy, edited(`"notes":"rockets"`, "\"notes\":\"a\xffb\""), []string{"/workspace_groups/7/notes"}, all},
	{"a deep value of an unknown key", definition, edited(`"title":"Ten"`, `"title":"Ten","tree":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)), nil, all},
	{"an account_id that is not a number", decoders, edited(`"account_id":1`, `"account_id":"main"`), []string{"/workspaces/10/account_id"}, all},
	{"ids as numbers with a fraction", decoders, edited(`["10","11"]`, `["10","11",12.0]`), nil, func(r *client.Result) bool { return all(r) && slices.Equal(r.Group.WorkspaceIds, []int64{10, 11, 12}) }},
	{"an id that is a boolean", decoders, edited(`{"id":"10",`, `{"id":true,`), []string{"/workspaces/10/id"}, all},
	{"an object that is there twice", decoders, edited(`"workspaces":{`, `"workspaces":{"10":{"id":"10","title":"Old"},`), anyWarnings, func(r *client.Result) bool {
		return all(r) && r.Workspaces[0].Title == "Ten"
	}},
	{"odd entries in results", framework, edited(`"results":[`, `"results":[null,"x",{"key":7},`), anyWarnings, all},
	{"an unknown association", framework, edited(`"workspaces":{`, `"tags":{"1":{"id":"1"}},"workspaces":{`), nil, all},
	{"a second group", framework, edited(`"workspace_groups":{`, `"workspace_groups":{"8":{"id":"8","name":"Other"},`), anyWarnings, all},
	{"errors of null beside the group", decoders, edited(`{"count":1,`, `{"errors":null,"count":1,`), nil, all},
	{"no errors beside the group", decoders, edited(`{"count":1,`, `{"errors":[],"count":1,`), nil, all},
	{"a large document with one odd value", definition, edited(`"notes":"rockets"`, `"notes":"`+strings.Repeat("x", 200<<10)+`"`), nil, all},
}

// anyWarnings stands for warnings whose pointers do not matter.
var anyWarnings = []string{"*"}

func isSeven(r *client.Result) bool { return r.Group.ID == 7 }

// all reports whether a result has the group and all that belongs to it.
func all(r *client.Result) bool {
	return r.Group.ID == 7 && r.Group.Name == "Acme" && len(r.Workspaces) == 2 && r.Workspaces[0].ID == 10 && r.Workspaces[1].ID == 11 &&
		len(r.ExternalReferences) == 1 && r.ExternalReferences[0].ID == 1 && len(r.RateCardSets) == 1 && r.RateCardSets[0].ID == 2
}

func TestAcceptedReplies(t *testing.T) {
	for _, tt := range accepted {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := newScripted(t, []step{respond(200, tt.body)})
			r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			if err != nil {
				t.Fatalf("%v (known from %s)", err, tt.ground)
			}
			if !tt.check(r) {
				t.Errorf("got %+v, warnings %v (known from %s)", r.Group, r.Warnings, tt.ground)
			}
			if string(r.Raw) != tt.body {
				t.Error("Raw is not the document as it came")
			}
			if slices.Equal(tt.warnings, anyWarnings) {
				return
			}
			var pointers []string
			for _, w := range r.Warnings {
				pointers = append(pointers, w.Pointer)
			}
			if !slices.Equal(pointers, tt.warnings) {
				t.Errorf("warnings at %v, want %v: %v", pointers, tt.warnings, r.Warnings)
			}
		})
	}
}

// refused are replies that are not a result.
var refused = []struct {
	name, ground string
	status       int
	body         string
	want         error
	reasons      string // one a line: field, colon, message; the type in brackets
}{
	{"200, the API's errors", framework, 200, `{"errors":[{"type":"system","message":"Try again"}]}`, client.ErrRefused, "Try again [system]"},
	{"200, an error_message", framework, 200, `{"error_message":"No such group"}`, client.ErrRefused, "No such group"},
	{"200, errors beside the group", framework, 200, edited(`{"count":1,`, `{"errors":{"name":["is taken"]},"count":1,`), client.ErrRefused, "name: is taken"},
	{"200, errors as text", customs, 200, `{"errors":"Something is wrong"}`, client.ErrRefused, "Something is wrong"},
	{"200, a login page", proxy, 200, "<!doctype html><title>Log in</title>", client.ErrBadResponse, ""},
	{"200, an empty body", proxy, 200, "", client.ErrBadResponse, ""},
	{"200, JSON without a group", proxy, 200, `{"status":"ok"}`, client.ErrBadResponse, ""},
	{"200, an empty document", framework, 200, `{"count":0,"results":[],"workspace_groups":{}}`, client.ErrBadResponse, ""},
	{"200, a list", proxy, 200, `[]`, client.ErrBadResponse, ""},
	{"200, null", proxy, 200, `null`, client.ErrBadResponse, ""},
	{"200, another group", framework, 200, `{"count":1,"results":[{"key":"workspace_groups","id":"9"}],"workspace_groups":{"8":{"id":"8","name":"A"}}}`, client.ErrBadResponse, ""},
	{"200, a document that is cut", proxy, 200, full[:300], client.ErrBadResponse, ""},
	{"200, an error of a gateway", proxy, 200, `{"error":"upstream unavailable"}`, client.ErrBadResponse, "upstream unavailable"},
	{"204", proxy, 204, "", client.ErrBadResponse, ""},
	{"400 of the API", documented, 400, `{"errors":[{"type":"validation","message":"is required","field":"name"}]}`, client.ErrValidation, "name: is required [validation]"},
	{"400, a page of nginx", proxy, 400, "<html><head><title>400 Bad Request</title></head></html>", client.ErrBadRequest, ""},
	{"400, a reason without a type", customs, 400, `{"error":"bad_request"}`, client.ErrBadRequest, "bad_request"},
	{"401 of OAuth", documented, 401, `{"errors":[{"type":"oauth","message":"Invalid OAuth 2 Request"}]}`, client.ErrUnauthorized, "Invalid OAuth 2 Request [oauth]"},
	{"401, RFC 6749", customs, 401, `{"error":"invalid_token","error_description":"The token expired"}`, client.ErrUnauthorized, "invalid_token: The token expired"},
	{"403, a message", proxy, 403, `{"message":"Forbidden"}`, client.ErrForbidden, "Forbidden"},
	{"403, a message in upper case", proxy, 403, `{"Message":"User is not authorized"}`, client.ErrForbidden, "User is not authorized"},
	{"404, Rails", customs, 404, `{"status":404,"error":"Not Found"}`, client.ErrNotFound, "Not Found"},
	{"404, plain text", proxy, 404, "404 page not found\n", client.ErrNotFound, "404 page not found"},
	{"407", proxy, 407, "<html>", nil, ""},
	{"422, no type", customs, 422, `{"errors":[{"message":"is taken","field":"name"}]}`, client.ErrRefused, "name: is taken"},
	{"422, errors as text", customs, 422, `{"errors":"Name is taken"}`, client.ErrRefused, "Name is taken"},
	{"422, errors as a list of text", customs, 422, `{"errors":["Name is taken","Email is odd"]}`, client.ErrRefused, "Name is taken\nEmail is odd"},
	{"422, an error", customs, 422, `{"error":"Name is taken"}`, client.ErrRefused, "Name is taken"},
	{"422, an error as an object", customs, 422, `{"error":{"message":"Name is taken","code":"taken"}}`, client.ErrRefused, "Name is taken"},
	{"422, a hash of Rails", customs, 422, `{"errors":{"name":["is taken","is odd"],"base":["No more groups"]}}`, client.ErrRefused, "No more groups\nname: is taken\nname: is odd"},
	{"422, a bare hash of Rails", customs, 422, `{"name":["is taken"],"external_reference":{"status":["is unknown"]}}`, client.ErrRefused, "external_reference.status: is unknown\nname: is taken"},
	{"422, fields named like parts of a reason", customs, 422, `{"errors":{"message":["is too long"],"title":["is odd"],"type":["is unknown"]}}`, client.ErrRefused, "message: is too long\ntitle: is odd\ntype: is unknown"},
	{"422, details of Rails", customs, 422, `{"errors":{"name":[{"error":"taken","value":"Acme"}]}}`, client.ErrRefused, "name: taken"},
	{"422, one odd entry", customs, 422, `{"errors":[null,{"type":"validation","message":"is taken","field":"name"},42,{},["nested"],true]}`, client.ErrRefused, "name: is taken [validation]\n42\nnested"},
	{"422, an entry of unknown shape", customs, 422, `{"errors":[{"x":{"y":"odd"}},{"message":"is taken"}]}`, client.ErrRefused, "x.y: odd\nis taken"},
	{"422, problem+json", customs, 422, `{"type":"about:blank","title":"Unprocessable","status":422,"detail":"Name is taken"}`, client.ErrRefused, "Unprocessable: Name is taken"},
	{"422, JSON:API", customs, 422, `{"errors":[{"status":"422","title":"Invalid","detail":"is taken","source":{"pointer":"/data/attributes/name"}}]}`, client.ErrRefused, "name: Invalid: is taken"},
	{"422, a message above the errors", customs, 422, `{"message":"Validation failed","errors":[{"resource":"Group","field":"name","code":"already_exists"}]}`, client.ErrRefused, "name: already_exists\nValidation failed"},
	{"422, an error_message", framework, 422, `{"error_message":"Name is taken"}`, client.ErrRefused, "Name is taken"},
	{"422, a byte order mark", proxy, 422, "\ufeff" + `{"errors":["Name is taken"]}`, client.ErrRefused, "Name is taken"},
	{"422, a list", customs, 422, `[{"message":"is taken","field":"name"}]`, client.ErrRefused, "name: is taken"},
	{"422, text in JSON", customs, 422, `"Name is taken"`, client.ErrRefused, "Name is taken"},
	{"200, a list of the document", proxy, 200, "[" + full + "]", client.ErrBadResponse, ""},
	{"400, Nest", customs, 400, `{"statusCode":400,"message":["name must be a string","email is odd"],"error":"Bad Request"}`, client.ErrBadRequest, "name must be a string\nemail is odd\nBad Request"},
	{"400, Django", customs, 400, `{"name":["This field is required."],"non_field_errors":["Odd"]}`, client.ErrBadRequest, "name: This field is required.\nOdd"},
	{"400, Spring", customs, 400, `{"status":400,"error":"Bad Request","errors":[{"codes":["NotNull"],"defaultMessage":"must not be null","objectName":"group","field":"name"}],"path":"/x"}`, client.ErrBadRequest, "name: must not be null\nBad Request"},
	{"400, JSend", customs, 400, `{"status":"fail","data":{"name":"A name is required"}}`, client.ErrBadRequest, "name: A name is required"},
	{"400, of a validator of JSON Schema", customs, 400, `[{"instancePath":"/name","keyword":"type","message":"must be string"}]`, client.ErrBadRequest, "name: must be string"},
	{"400, details", customs, 400, `{"name":"VALIDATION_ERROR","message":"Invalid","details":[{"field":"name","issue":"is taken"}]}`, client.ErrBadRequest, "name: is taken\nInvalid"},
	{"400 of AWS", proxy, 400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, client.ErrBadRequest, "Rate exceeded [ThrottlingException]"},
	{"400, msg", proxy, 400, `{"code":40001,"msg":"no such key"}`, client.ErrBadRequest, "no such key"},
	{"401 of Google", proxy, 401, `{"error":{"errors":[{"domain":"global","reason":"required","message":"Login Required"}],"code":401,"message":"Login Required"}}`, client.ErrUnauthorized, "Login Required"},
	{"402 of Stripe", customs, 402, `{"error":{"type":"card_error","param":"name","message":"declined"}}`, nil, "name: declined [card_error]"},
	{"404, Django", customs, 404, `{"detail":"Not found."}`, client.ErrNotFound, "Not found."},
	{"422, full messages of Rails", customs, 422, `{"full_messages":["Name has already been taken"]}`, client.ErrRefused, "Name has already been taken"},
	{"422, messages", customs, 422, `{"messages":["Name is taken"]}`, client.ErrRefused, "Name is taken"},
	{"422, a message a field", customs, 422, `{"errors":{"name":"is taken","external_reference":{"status":["is odd"]}}}`, client.ErrRefused, "external_reference.status: is odd\nname: is taken"},
	{"422, an object a field", customs, 422, `{"errors":{"name":{"code":"taken","message":"is taken"}}}`, client.ErrRefused, "name: is taken"},
	{"422, an entry a field", customs, 422, `{"errors":[{"name":"is taken"},{"email":["is odd"]}]}`, client.ErrRefused, "name: is taken\nemail: is odd"},
	{"422, a path", customs, 422, `{"errors":[{"path":"workspace_group.name","message":"is taken"},{"path":["external_reference","status"],"message":"is odd"}]}`, client.ErrRefused, "name: is taken\nexternal_reference.status: is odd"},
	{"422, fields", customs, 422, `[{"message":"is taken","errorCode":"DUPLICATE","fields":["name"]}]`, client.ErrRefused, "name: is taken"},
	{"422, FastAPI", customs, 422, `{"detail":[{"loc":["body","workspace_group","name"],"msg":"field required","type":"missing"}]}`, client.ErrRefused, "name: field required [missing]"},
	{"422, the parameters of problem+json", customs, 422, `{"title":"Invalid","invalid-params":[{"name":"name","reason":"is taken"}]}`, client.ErrRefused, "name: is taken\nInvalid"},
	{"422, the errors of problem+json", customs, 422, `{"title":"Invalid","errors":[{"pointer":"#/name","detail":"is taken"}]}`, client.ErrRefused, "name: is taken\nInvalid"},
	{"422, HAL", customs, 422, `{"_embedded":{"errors":[{"message":"is taken","path":"/name"}]},"message":"Invalid"}`, client.ErrRefused, "name: is taken\nInvalid"},
	{"422, names in upper case", customs, 422, `{"Errors":[{"Message":"is taken","Field":"name"}]}`, client.ErrRefused, "name: is taken"},
	{"422, validation_errors", customs, 422, `{"success":false,"validation_errors":{"name":["is taken"]}}`, client.ErrRefused, "name: is taken"},
	{"422, error messages beside errors", customs, 422, `{"errorMessages":["No"],"errors":{"name":"is taken"}}`, client.ErrRefused, "name: is taken\nNo"},
	{"422, the details of Zendesk", customs, 422, `{"error":"RecordInvalid","description":"Invalid","details":{"name":[{"description":"is taken","error":"DuplicateValue"}]}}`, client.ErrRefused, "name: DuplicateValue: is taken\nRecordInvalid: Invalid"},
	{"422, several documents", customs, 422, "{\"error\":\"Name is taken\"}\n{}", client.ErrRefused, "Name is taken"},
	{"422, a document that is cut", proxy, 422, `{"errors":[{"message":"Name is ta`, client.ErrRefused, ""},
	{"429 of Azure", proxy, 429, `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 12 seconds." }`, client.ErrTooManyRequests, "Rate limit is exceeded. Try again in 12 seconds."},
	{"500 of AWS Lambda", proxy, 500, `{"errorMessage":"Task timed out","errorType":"Timeout"}`, client.ErrInternal, "Task timed out"},
	{"500, a trace", customs, 500, "Error: it broke\n  at index.js:1\n", client.ErrInternal, "Error: it broke"},
	{"503 of Envoy", proxy, 503, "no healthy upstream", client.ErrUnavailable, "no healthy upstream"},
	{"504 of Kong", proxy, 504, `{"message":"The upstream server is timing out","request_id":"1"}`, client.ErrUnavailable, "The upstream server is timing out"},
	{"429 of Rack::Attack", customs, 429, "Retry later\n", client.ErrTooManyRequests, "Retry later"},
	{"429 of Cloudflare", proxy, 429, "error code: 1015", client.ErrTooManyRequests, "error code: 1015"},
	{"500 of Apigee", proxy, 500, `{"fault":{"faultstring":"Execution failed","detail":{"errorcode":"steps.Failed"}}}`, client.ErrInternal, "Execution failed"},
	{"500 of Spring", customs, 500, `{"timestamp":"2013-04-15","status":500,"error":"Internal Server Error","message":"It broke","path":"/x"}`, client.ErrInternal, "It broke\nInternal Server Error"},
	{"502, a page", proxy, 502, "<html>", client.ErrUnavailable, ""},
	{"522 of Cloudflare", proxy, 522, "<html>", client.ErrUnavailable, ""},
}

func TestRefusedReplies(t *testing.T) {
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			kind := "application/json"
			if !strings.ContainsAny(tt.body, `{["<`) {
				kind = "text/plain; charset=utf-8"
			}
			c, _ := newScripted(t, []step{respond(tt.status, tt.body, "Content-Type", kind)}, client.WithoutRetries())
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			var e *client.Error
			if !errors.As(err, &e) || e.StatusCode != tt.status || tt.want != nil && !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v (known from %s)", err, tt.want, tt.ground)
			}
			for _, other := range []error{client.ErrValidation, client.ErrBadResponse, client.ErrRefused} {
				if other != tt.want && errors.Is(err, other) {
					t.Errorf("%v is %v too", err, other)
				}
			}
			var lines []string
			for _, p := range e.Errors {
				line := p.String()
				if p.Type != "" {
					line += fmt.Sprintf(" [%s]", p.Type)
				}
				lines = append(lines, line)
			}
			if got := strings.Join(lines, "\n"); got != tt.reasons {
				t.Errorf("reasons\n%s\nwant\n%s\n(known from %s)", got, tt.reasons, tt.ground)
			}
			if string(e.Body) != tt.body {
				t.Errorf("the body is %q", e.Body)
			}
		})
	}
}

// Strict replies are for tests of an API: a warning is an error then.
func TestStrictReplies(t *testing.T) {
	for body, want := range map[string]error{full: nil, edited(`"company":true`, `"company":"yes"`): client.ErrBadResponse} {
		c, _ := newScripted(t, []step{respond(200, body)}, client.WithStrictReplies())
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

// ParseResult is what a call does with the body of a reply.
func TestParseResult(t *testing.T) {
	for _, tt := range accepted {
		r, err := client.ParseResult([]byte(tt.body))
		if err != nil && tt.name != "results name a group that is missing" {
			t.Errorf("%s: %v", tt.name, err)
		} else if err == nil && !tt.check(r) {
			t.Errorf("%s: got %+v", tt.name, r.Group)
		}
	}
	if _, err := client.ParseResult([]byte(`{"errors":["no"]}`)); !errors.Is(err, client.ErrRefused) {
		t.Errorf("got %v, want ErrRefused", err)
	}
}

// The types of the vendor's own definition of a reply, by object and field. It requires no field, and any may be null.
var vendorTypes = map[string]map[string]string{
	"workspace_groups": {
		"id": "string", "name": "string", "company": "boolean", "contact_name": "string", "email": "string", "phone_number": "string",
		"address": "string", "website": "string", "notes": "string", "created_at": "date-time", "updated_at": "date-time",
		"workspace_ids": "array of string", "external_reference_ids": "array of string", "rate_card_set_ids": "array of string",
	},
	"external_references": {
		"id": "string", "service_name": "string", "service_model": "string", "service_model_ref": "string", "status": "string",
		"external_message": "string", "external_link": "string", "external_status": "string", "locked": "boolean", "subject_id": "integer",
		"subject_type": "string", "created_at": "date-time", "updated_at": "date-time", "last_synced_at": "date-time",
	},
	"workspaces": {
		"id": "string", "title": "string", "description": "string", "archived": "boolean", "access_level": "string", "account_id": "integer",
		"start_date": "date", "due_date": "date", "budgeted": "boolean", "currency": "string", "created_at": "date-time", "updated_at": "date-time",
		"percentage_complete": "integer", "has_budget_access": "boolean", "tasks_default_non_billable": "boolean", "stories_are_fixed_fee": "boolean",
	},
	"rate_card_sets": {
		"id": "string", "title": "string", "account_default": "boolean", "active_currencies": "array of string",
		"default_currencies": "array of string", "destroyable": "boolean", "created_at": "date-time", "updated_at": "date-time",
	},
}

// Every field of the vendor's definition can be read with its type, and null costs no other field.
func TestVendorTypes(t *testing.T) {
	samples := map[string]string{
		"string": `"7"`, "boolean": `true`, "integer": `7`, "date": `"2013-04-15"`, "date-time": `"2013-04-15T16:48:48-07:00"`, "array of string": `["7"]`,
	}
	for objects, fields := range vendorTypes {
		for field, kind := range fields {
			for _, value := range []string{samples[kind], "null"} {
				objectsOf := map[string]string{"workspace_groups": `{"id":"7","name":"Acme"}`}
				objectsOf[objects] = `{"id":"7","` + field + `":` + value + `}`
				if field == "id" {
					objectsOf[objects] = `{"id":` + value + `}`
				}
				body := `{"results":[{"key":"workspace_groups","id":"7"}]`
				for name, object := range objectsOf {
					body += `,"` + name + `":{"7":` + object + `}`
				}
				r, err := client.ParseResult([]byte(body + "}"))
				if err != nil || r.Group.ID != 7 {
					t.Errorf("%s.%s of %s: %v", objects, field, value, err)
					continue
				}
				for _, w := range r.Warnings {
					if value != "null" && w.Pointer == "/"+objects+"/7/"+field {
						t.Errorf("%s.%s as %s: %v", objects, field, kind, w)
					}
				}
			}
		}
	}
}
