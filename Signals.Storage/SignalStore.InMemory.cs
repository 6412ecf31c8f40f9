using Signals.Storage.FileSystem;

namespace Signals;

/// <content>Stores without files, for tests of programs.</content>
public sealed partial class SignalStore
{
    private const string MemoryFolder = "signals-in-memory";

    /// <summary>
    /// Opens a new, empty store that is in memory alone: for unit tests of a program that uses a store. It is the real store with its
    /// threads, its log and its tables, and does what a store in a folder does; only what it would write to its folder is memory. It is
    /// gone when it is disposed. Opening takes less than a millisecond once the process has opened one.
    /// </summary>
    /// <param name="schema">The event types.</param>
    /// <param name="options">
    /// Settings, or null for those of a small store: a ring of 1 MiB, batches up to 256 KiB, memtables of 4 MiB. A
    /// <see cref="StoreOptions.TimeProvider"/> of the test moves its clock.
    /// </param>
    /// <remarks>
    /// Segments to import and checkpoints lie outside, in real folders. To test a restart, use
    /// <see cref="Open(string, StoreSchema, StoreOptions)"/> with a temporary folder.
    /// </remarks>
    public static SignalStore InMemory(StoreSchema schema, StoreOptions? options = null)
    {
        options ??= new StoreOptions
        {
            Name = "memory",
            RingBytes = 1 << 20,
            MaxBatchBytes = 256 << 10,
            MemTableBytes = 4 << 20,
            LogBytes = 4 << 20,
            BlockCacheBytes = 4 << 20,
        };
        string folder = FileSystems.Absolute(Path.Combine(Path.GetTempPath(), MemoryFolder));
        InMemoryFileSystem files = new(folder, FileSystems.ForThisMachine());
        return Open(files, folder, schema, options.Validate(), options.TimeProvider, options.Enrichment);
    }
}
