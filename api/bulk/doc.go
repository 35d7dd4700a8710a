// Package bulk applies the updates of a file to many workspace groups:
//
//	source -> queue -> workers -> client -> journal
//
// Rows are read from a [Source] (api/bulk/rows has those for files). The queue looks a bounded number of rows ahead and hands
// them to workers side by side, but those of one group one after the other, in the order of the input. Each request of the
// client waits for one limiter, which learns from the replies how many the API takes. What became of each row goes into a
// journal (api/bulk/journal) before the worker takes another, so that after a crash no more rows are sent twice than were in
// flight.
//
// # What becomes of a row
//
//   - Applied: the API took it.
//   - Refused: the API said no (400, 404, 422 and the like), or the row breaks a rule of the spec. Later rows of the
//     group are sent all the same: each row says what it changes, and nothing of a refused one was applied. A row that
//     is refused because another group has its name is tried once more when no other can be sent, and again as long as
//     that helps: renames may wait for one another.
//   - Failed: the API could not take it, and did take others, so often that it was given up, or no reply came in time.
//     Whether it was applied is not known. Later rows of the group are not sent and fail too, so that no older row
//     overwrites a newer one when it is tried again.
//
// A row that is refused or fails does not end the run. What would befall every row does: a token that is not accepted, a URL
// that is not the API's, a host that is not known, an API that answers nothing for a while.
//
// There is no terminal here, and no file but through the journal: cmd/oxgroups has those.
//
// Start with Run in bulk.go.
package bulk
