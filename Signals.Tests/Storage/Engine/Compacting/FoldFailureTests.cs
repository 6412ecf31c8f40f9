using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>A fold that cannot write leaves no file and the version from before.</summary>
[Category("Fast")]
internal sealed class FoldFailureTests
{
    [Test]
    public async Task Fold_ColumnFileCannotBeOpened_LeavesNoFileAndTheOldVersion()
    {
        SimFileSystem inner = ImportStore.NewFiles(record: false);
        RefusingFiles files = new(inner);
        ManualTime time = new(TestStores.Start);
        using (SegmentWriter writer = SegmentWriter.Create(
            inner, ImportStore.Segment, ImportStore.Schema["view"], new SegmentOptions { Generation = 1 }))
        {
            writer.Correct(UserId.From(1), ImportStore.TimeOf(-5), 1).Set("rank", 3);
            writer.Finish();
        }

        using (SignalStore store = TestStores.Open(files, ImportStore.Schema, time))
        {
            ImportStore.Append(store, 1, -5);
            await store.FlushAsync();
            await store.ImportAsync(ImportStore.Segment);
            files.Refused = ".col";
            store.Engine.RunPending();
            Assert.That((store.WorkError, store.FirstError), Is.EqualTo((store.WorkError, (Exception?)null)));
            Assert.That(store.WorkError, Is.InstanceOf<FileOperationException>(), "the fold is tried again, the store has not failed");
            Assert.That(store.GetStats().Folds, Is.Zero);
            Assert.That(inner.ListFiles(TestStores.Folder).Where(name => name.EndsWith(".col", StringComparison.Ordinal)), Is.Empty);
        }

        files.Refused = null;
        using SignalStore again = TestStores.Open(files, ImportStore.Schema, time);
        again.Engine.RunPending();
        Assert.That(again.GetStats().Folds, Is.EqualTo(1));
    }

    /// <summary>Refuses to open files of one kind for reading.</summary>
    private sealed class RefusingFiles(SimFileSystem inner) : IFileSystem
    {
        public string? Refused { get; set; }

        public IFile Open(string path, FileOpenMode mode) =>
            mode == FileOpenMode.Read && Refused is not null && path.EndsWith(Refused, StringComparison.Ordinal)
                ? throw new FileOperationException("open", path, "EMFILE (planted)")
                : inner.Open(path, mode);

        public bool FileExists(string path) => inner.FileExists(path);

        public bool DirectoryExists(string path) => inner.DirectoryExists(path);

        public void CreateDirectory(string path) => inner.CreateDirectory(path);

        public void Rename(string from, string to) => inner.Rename(from, to);

        public bool TryLink(string from, string to) => inner.TryLink(from, to);

        public void Delete(string path) => inner.Delete(path);

        public void RenameDirectory(string from, string to) => inner.RenameDirectory(from, to);

        public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

        public void SyncDirectory(string path) => inner.SyncDirectory(path);

        public IReadOnlyList<string> ListFiles(string directory) => inner.ListFiles(directory);

        public IFileLock Lock(string path) => inner.Lock(path);

        public FileIdentity? IdentityOf(string path) => inner.IdentityOf(path);

        public IReadOnlyList<string> ListDirectories(string directory) => inner.ListDirectories(directory);

        public long AvailableBytes(string directory) => inner.AvailableBytes(directory);
    }
}
