package torture

import (
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// sector is what a disk writes as a whole or not at all.
const sector = 512

// disk is a VFS whose files are in memory and whose power can be cut. What was written and not synced then survives in
// part: each sector by itself, and each change of a size. It promises what the VFS of the operating system does: a new log
// or journal keeps its name once it was synced, and a write leaves the bytes beside it alone.
//
// Locks and the index of the log, which no power cut outlives, are those of real files.
type disk struct {
	os    vfs.VFS
	cutAt int  // at which of writes the power is cut; 0 is never
	lies  bool // Sync does nothing, as with synchronous=OFF

	mu     sync.Mutex
	files  map[string]*inode
	gone   map[string]*inode // removed names whose directory was not synced
	writes int               // how many changes and syncs there were
	cut    bool
}

var _ vfs.VFSFilename = (*disk)(nil)

// inode is a file. kept is what survives for certain; pending changes make now of it.
type inode struct {
	now, kept []byte
	pending   []change
	named     bool // its name survives for certain
}

// change is a write of data at off, or without data a truncation to off.
type change struct {
	off  int64
	data []byte
}

func newDisk() *disk {
	return &disk{os: vfs.Find("os"), files: map[string]*inode{}, gone: map[string]*inode{}}
}

// begin counts a change or a sync, which has happened, or has not, when the power is cut at it. An error means that the
// power is off.
func (d *disk) begin() error {
	if d.cut {
		return sqlite3.IOERR
	}
	d.writes++
	if d.writes == d.cutAt {
		d.cut = true
	}
	return nil
}

func (d *disk) done() error {
	if d.cut {
		return sqlite3.IOERR
	}
	return nil
}

// after is the disk as it is when the power is back. Of what was not synced each sector survives with the same odds.
func (d *disk) after(chance *rand.Rand, odds float64) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	survives := func() bool { return chance.Float64() < odds }
	next := newDisk()
	for name, f := range d.gone {
		if f.named && !survives() {
			next.files[name] = f.after(survives)
		}
	}
	for name, f := range d.files {
		if f.named || survives() {
			next.files[name] = f.after(survives)
		}
	}
	return next
}

func (f *inode) after(survives func() bool) *inode {
	data := append([]byte(nil), f.kept...)
	for _, c := range f.pending {
		if c.data == nil {
			if survives() {
				data = resized(data, c.off)
			}
			continue
		}
		if end := c.off + int64(len(c.data)); end > int64(len(data)) && survives() {
			data = resized(data, end)
		}
		for off := c.off; off < c.off+int64(len(c.data)); {
			end := min(off-off%sector+sector, c.off+int64(len(c.data)))
			if survives() {
				data = written(data, change{off, c.data[off-c.off : end-c.off]})
			}
			off = end
		}
	}
	return &inode{now: data, kept: append([]byte(nil), data...), named: true}
}

func resized(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		return data[:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}

func written(data []byte, c change) []byte {
	if end := c.off + int64(len(c.data)); end > int64(len(data)) {
		data = resized(data, end)
	}
	copy(data[c.off:], c.data)
	return data
}

func (f *inode) apply(c change) {
	f.pending = append(f.pending, c)
	if c.data == nil {
		f.now = resized(f.now, c.off)
	} else {
		f.now = written(f.now, c)
	}
}

func (f *inode) sync() {
	for _, c := range f.pending {
		if c.data == nil {
			f.kept = resized(f.kept, c.off)
		} else {
			f.kept = written(f.kept, c)
		}
	}
	f.pending = nil
}

// Open is for files without a name, which end with their process.
func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfsutil.WrapOpen(d.os, name, flags)
}

// OpenFilename opens a file of the disk.
func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	const kept = vfs.OPEN_MAIN_DB | vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_WAL
	if name == nil || flags&kept == 0 {
		return vfsutil.WrapOpenFilename(d.os, name, flags)
	}
	if flags&vfs.OPEN_MAIN_DB == 0 {
		f, err := d.open(name.String(), flags&vfs.OPEN_CREATE != 0, false)
		return &diskFile{File: &unlocked{}, disk: d, inode: f}, flags, err
	}
	locks, flags, err := vfsutil.WrapOpenFilename(d.os, name, flags)
	if err != nil {
		return nil, flags, err
	}
	f, err := d.open(name.String(), true, true) // the engine makes the file itself, and syncs its directory
	return &diskFile{File: locks, disk: d, inode: f}, flags, err
}

func (d *disk) open(name string, create, named bool) (*inode, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Base(name)
	f, ok := d.files[name]
	if !ok {
		if !create || d.cut {
			return nil, sqlite3.CANTOPEN
		}
		f = &inode{named: named}
		d.files[name] = f
	}
	return f, nil
}

// Delete removes a name, for certain where syncDir says so.
func (d *disk) Delete(name string, syncDir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Base(name)
	f, ok := d.files[name]
	if !ok {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if err := d.begin(); err != nil {
		return err
	}
	delete(d.files, name)
	d.gone[name] = f
	if syncDir && !d.cut && !d.lies {
		d.syncDirectory()
	}
	return d.done()
}

func (d *disk) syncDirectory() {
	clear(d.gone)
	for _, f := range d.files {
		f.named = true
	}
}

// Access says whether there is a file; who has one may use it.
func (d *disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.files[filepath.Base(name)]
	return ok, nil
}

// FullPathname is that of the operating system.
func (d *disk) FullPathname(name string) (string, error) { return d.os.FullPathname(name) }

// diskFile is an open file of a disk, with the locks of another file.
type diskFile struct {
	vfs.File
	disk  *disk
	inode *inode
}

var (
	_ vfs.FileSharedMemory = (*diskFile)(nil)
	_ vfs.FileLockState    = (*diskFile)(nil)
)

func (f *diskFile) ReadAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if off >= int64(len(f.inode.now)) {
		return 0, io.EOF
	}
	n := copy(p, f.inode.now[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	return len(p), f.change(change{off, append(make([]byte, 0, len(p)), p...)})
}

func (f *diskFile) Truncate(size int64) error { return f.change(change{off: size}) }

func (f *diskFile) change(c change) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.begin(); err != nil {
		return err
	}
	f.inode.apply(c)
	return f.disk.done()
}

func (f *diskFile) Sync(vfs.SyncFlag) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.begin(); err != nil {
		return err
	}
	if !f.disk.cut && !f.disk.lies {
		if !f.inode.named {
			f.disk.syncDirectory()
		}
		f.inode.sync()
	}
	return f.disk.done()
}

func (f *diskFile) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.inode.now)), nil
}

func (f *diskFile) SectorSize() int { return sector }

func (f *diskFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE
}

func (f *diskFile) LockState() vfs.LockLevel { return vfsutil.WrapLockState(f.File) }

// SharedMemory is the index of the log.
func (f *diskFile) SharedMemory() vfs.SharedMemory {
	if shared, ok := f.File.(vfs.FileSharedMemory); ok {
		return shared.SharedMemory()
	}
	return nil
}

// unlocked is for files that SQLite does not lock: logs and journals.
type unlocked struct{ vfsutil.SliceFile }

func (*unlocked) Lock(vfs.LockLevel) error         { return nil }
func (*unlocked) Unlock(vfs.LockLevel) error       { return nil }
func (*unlocked) CheckReservedLock() (bool, error) { return false, nil }

func (d *disk) off() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cut
}
