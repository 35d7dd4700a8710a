package demo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

var (
	firstWords  = []string{"Blue", "Northern", "Silver", "Cedar", "Granite"}
	secondWords = []string{"Harbor", "Meridian", "Foundry", "Orchard"}

	activities = []string{"Website", "Warehouse", "Payroll", "Onboarding", "Data", "Office", "Security", "Training", "Support", "Billing"}
	steps      = []string{"discovery", "design", "migration", "rollout", "review"}
)

// object is an object of the API. The data is JSON and not models, so that it can be loaded whatever fields the spec has.
type object = map[string]any

// born is when the first object was made; the others follow an hour apart.
var born = time.Date(2024, time.March, 4, 9, 0, 0, 0, time.UTC)

func bornAt(id int64) string { return born.Add(time.Duration(id) * time.Hour).Format(time.RFC3339) }

func pick(words []string, i int64) string { return words[i%int64(len(words))] }

// text returns the id as the API writes it.
func text(id int64) string { return strconv.FormatInt(id, 10) }

// document returns the data as a document that store.ReadDocuments takes. Acme has a reference and a rate card set, the other
// groups have only workspaces.
func document() []byte {
	doc := object{
		group.GroupsKey:          object{},
		group.ExternalReferences: object{"1": reference()},
		group.RateCardSets:       object{"1": rateCardSet()},
		group.Workspaces:         object{},
		store.AsStoredMember:     true,
	}
	for id := int64(1); id <= groups; id++ {
		doc[group.GroupsKey].(object)[text(id)] = groupObject(id)
	}
	for id := int64(1); id <= workspaces; id++ {
		doc[group.Workspaces].(object)[text(id)] = workspace(id)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		panic(err) // maps of plain values
	}
	return data
}

func groupObject(id int64) object {
	members := []string{}
	for _, member := range groupMembers(id) {
		members = append(members, text(member))
	}
	references, sets := []string{}, []string{}
	if id == acme {
		references, sets = []string{"1"}, []string{"1"}
	}
	g := object{
		"id": text(id), "name": groupName(id), "created_at": bornAt(id), "updated_at": bornAt(id), "company": id%2 == 1,
		"workspace_ids": members, "external_reference_ids": references, "rate_card_set_ids": sets,
	}
	if id%2 == 1 {
		g["email"] = "hello@" + strings.ReplaceAll(strings.ToLower(groupName(id)), " ", "-") + ".example"
	}
	return g
}

// groupName returns names that differ for the first twenty ids.
func groupName(id int64) string {
	if id == acme {
		return "Acme"
	}
	return pick(firstWords, id) + " " + pick(secondWords, id)
}

// groupMembers returns the workspaces of a group: two for Acme, nine for each other one.
func groupMembers(id int64) []int64 {
	if id == acme {
		return []int64{10, 11}
	}
	var ids []int64
	for w := 20 + id*9 - 8; w <= 20+id*9 && w <= workspaces; w++ {
		ids = append(ids, w)
	}
	return ids
}

func workspace(id int64) object {
	return object{
		"id":       text(id),
		"title":    fmt.Sprintf("%s %s %d", pick(activities, id), pick(steps, id/int64(len(activities))), id),
		"archived": id%25 == 0, "access_level": "invitation", "account_id": Account, "budgeted": id%3 == 0, "currency": "USD",
		"created_at": bornAt(id), "updated_at": bornAt(id),
	}
}

func reference() object {
	return object{
		"id": "1", "service_name": "jira", "service_model": "Project", "service_model_ref": "ACME", "status": "successful",
		"external_link": "https://jira.example/browse/ACME", "locked": false, "subject_id": acme, "subject_type": store.SubjectType,
		"created_at": bornAt(acme), "updated_at": bornAt(acme),
	}
}

func rateCardSet() object {
	return object{
		"id": "1", "title": "Standard rates", "account_default": true, "active_currencies": []string{"USD", "EUR"},
		"default_currencies": []string{"USD"}, "destroyable": false, "created_at": bornAt(1), "updated_at": bornAt(1),
	}
}
