// Package torture proves that what the engines acknowledge survives, and that updates have one order. It has tests only:
//
//   - histories of concurrent updates over HTTP, which have to be linearizable;
//   - oxgroupsd, killed under load again and again on one SQLite file;
//   - power cuts, on a disk that forgets or tears what was not synced, at each write of a run;
//   - two oxgroupsd on one PostgreSQL that crashes again and again under load.
//
// Each proof has an opponent beside it, an engine or a disk that breaks the promise, and fails where it is not caught.
// "go test" runs short versions. With -torture they are long, and flags say how long; with -v each prints its counts:
//
//	go test ./api/store/torture -torture -v -timeout 60m
//
// What the engines have to do apart from that is in api/store/storetest.
package torture
