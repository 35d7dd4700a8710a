package sqlite

import (
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// database is the main file, of which a truncation to the size that it has is left out. SQLite asks for one after each
// checkpoint, and file systems may take milliseconds to sync it.
type database struct{ vfs.File }

var (
	_ vfs.FileUnwrap             = database{}
	_ vfs.FileLockState          = database{}
	_ vfs.FilePersistWAL         = database{}
	_ vfs.FilePowersafeOverwrite = database{}
	_ vfs.FileChunkSize          = database{}
	_ vfs.FileSizeHint           = database{}
	_ vfs.FileHasMoved           = database{}
	_ vfs.FileOverwrite          = database{}
	_ vfs.FileSync               = database{}
	_ vfs.FileCommitPhaseTwo     = database{}
	_ vfs.FileBatchAtomicWrite   = database{}
	_ vfs.FileCheckpoint         = database{}
	_ vfs.FilePragma             = database{}
	_ vfs.FileBusyHandler        = database{}
	_ vfs.FileSharedMemory       = database{}
	_ vfs.FileMemoryMapper       = database{}
)

func (d database) Truncate(size int64) error {
	if now, err := d.File.Size(); err == nil && now == size {
		return nil
	}
	return d.File.Truncate(size)
}

// The rest is that of the file.

func (d database) Unwrap() vfs.File                { return d.File }
func (d database) LockState() vfs.LockLevel        { return vfsutil.WrapLockState(d.File) }
func (d database) PersistWAL() bool                { return vfsutil.WrapPersistWAL(d.File) }
func (d database) SetPersistWAL(keep bool)         { vfsutil.WrapSetPersistWAL(d.File, keep) }
func (d database) PowersafeOverwrite() bool        { return vfsutil.WrapPowersafeOverwrite(d.File) }
func (d database) SetPowersafeOverwrite(safe bool) { vfsutil.WrapSetPowersafeOverwrite(d.File, safe) }
func (d database) ChunkSize(size int)              { vfsutil.WrapChunkSize(d.File, size) }
func (d database) SizeHint(size int64) error       { return vfsutil.WrapSizeHint(d.File, size) }
func (d database) HasMoved() (bool, error)         { return vfsutil.WrapHasMoved(d.File) }
func (d database) Overwrite() error                { return vfsutil.WrapOverwrite(d.File) }
func (d database) SyncSuper(super string) error    { return vfsutil.WrapSyncSuper(d.File, super) }
func (d database) CommitPhaseTwo() error           { return vfsutil.WrapCommitPhaseTwo(d.File) }
func (d database) BeginAtomicWrite() error         { return vfsutil.WrapBeginAtomicWrite(d.File) }
func (d database) CommitAtomicWrite() error        { return vfsutil.WrapCommitAtomicWrite(d.File) }
func (d database) RollbackAtomicWrite() error      { return vfsutil.WrapRollbackAtomicWrite(d.File) }
func (d database) CheckpointStart()                { vfsutil.WrapCheckpointStart(d.File) }
func (d database) CheckpointDone()                 { vfsutil.WrapCheckpointDone(d.File) }
func (d database) BusyHandler(handler func() bool) { vfsutil.WrapBusyHandler(d.File, handler) }
func (d database) SharedMemory() vfs.SharedMemory  { return vfsutil.WrapSharedMemory(d.File) }
func (d database) MemoryMapper() vfs.MemoryMapper  { return vfsutil.WrapMemoryMapper(d.File) }
func (d database) Pragma(name, value string) (string, error) {
	return vfsutil.WrapPragma(d.File, name, value)
}
