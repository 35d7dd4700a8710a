package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

var (
	firstWords  = []string{"Blue", "Northern", "Silver", "Cedar", "Granite"}
	secondWords = []string{"Harbor", "Meridian", "Foundry", "Orchard"}

	activities = []string{"Website", "Warehouse", "Payroll", "Onboarding", "Data", "Office", "Security", "Training", "Support", "Billing"}
	steps      = []string{"discovery", "design", "migration", "rollout", "review"}
)

// born is when the first object was made; the others follow an hour apart.
var born = time.Date(2024, time.March, 4, 9, 0, 0, 0, time.UTC)

func bornAt(id int64) time.Time { return born.Add(time.Duration(id) * time.Hour) }

func pick(words []string, i int64) string { return words[i%int64(len(words))] }

// text returns the id as the API writes it.
func text(id int64) string { return strconv.FormatInt(id, 10) }

// snapshot returns group id with its associations: Acme has a reference and a rate card set, the others only workspaces.
func snapshot(id int64) group.Snapshot {
	g := model.WorkspaceGroup{ID: text(id), Name: groupName(id), CreatedAt: bornAt(id), UpdatedAt: bornAt(id)}
	g.Company.Set(id%2 == 1)
	if id%2 == 1 {
		g.Email.Set("hello@" + strings.ReplaceAll(strings.ToLower(g.Name), " ", "-") + ".example")
	}
	members := groupMembers(id)
	ids, references, sets := make([]string, len(members)), []string{}, []string{}
	for i, member := range members {
		ids[i] = text(member)
	}
	var s group.Snapshot
	if id == acme {
		s.ExternalReferences, references = []model.ExternalReference{reference()}, []string{reference().ID}
		s.RateCardSets, sets = []model.RateCardSet{rateCardSet()}, []string{rateCardSet().ID}
	}
	g.WorkspaceIds, g.ExternalReferenceIds, g.RateCardSetIds = &ids, &references, &sets
	s.Group = g
	return s
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

func workspace(id int64) model.Workspace {
	return model.Workspace{
		ID:          text(id),
		Title:       fmt.Sprintf("%s %s %d", pick(activities, id), pick(steps, id/int64(len(activities))), id),
		Archived:    nullable.NewNullableWithValue(id%25 == 0),
		AccessLevel: nullable.NewNullableWithValue("invitation"),
		AccountID:   nullable.NewNullableWithValue[int64](Account),
		Budgeted:    nullable.NewNullableWithValue(id%3 == 0),
		Currency:    nullable.NewNullableWithValue("USD"),
		CreatedAt:   nullable.NewNullableWithValue(bornAt(id)),
		UpdatedAt:   nullable.NewNullableWithValue(bornAt(id)),
	}
}

func reference() model.ExternalReference {
	return model.ExternalReference{
		ID: "1", ServiceName: "jira", ServiceModel: "Project", ServiceModelRef: "ACME",
		Status:       nullable.NewNullableWithValue(string(model.ExternalReferenceUpdateStatusSuccessful)),
		ExternalLink: nullable.NewNullableWithValue("https://jira.example/browse/ACME"),
		Locked:       nullable.NewNullableWithValue(false),
		SubjectID:    acme, SubjectType: store.SubjectType,
		CreatedAt: bornAt(acme), UpdatedAt: bornAt(acme),
	}
}

func rateCardSet() model.RateCardSet {
	return model.RateCardSet{
		ID: "1", Title: "Standard rates",
		AccountDefault:    nullable.NewNullableWithValue(true),
		ActiveCurrencies:  nullable.NewNullableWithValue([]string{"USD", "EUR"}),
		DefaultCurrencies: nullable.NewNullableWithValue([]string{"USD"}),
		Destroyable:       nullable.NewNullableWithValue(false),
		CreatedAt:         nullable.NewNullableWithValue(bornAt(1)),
		UpdatedAt:         nullable.NewNullableWithValue(bornAt(1)),
	}
}
