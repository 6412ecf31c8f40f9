using System.Globalization;
using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.DefinitionFiles;

/// <summary>Keeps the definitions of an open store in its file.</summary>
/// <remarks>
/// Thread contract: any thread; a lock orders writes with <see cref="Close"/>. Invariants: the file holds what was kept last, or what
/// a call that threw wanted to keep; nothing is written after <see cref="Close"/>, because the folder may belong to another process
/// then. Lifetime: that of the store.
/// </remarks>
internal sealed class DefinitionFileKeeper : IDefinitionKeeper
{
    private readonly StoreFolder _folder;
    private readonly FailStop _failStop;
    private readonly VersionHistory? _history;
    private readonly Lock _lock = new();
    private byte[]? _written; // guarded by _lock; null when the file is not known to hold what was kept last
    private bool _isClosed; // guarded by _lock

    /// <exception cref="CorruptionException">The file is damaged.</exception>
    public DefinitionFileKeeper(StoreFolder folder, FailStop failStop, VersionHistory? history)
    {
        (_folder, _failStop, _history) = (folder, failStop, history);
        DefinitionFileContent? found = DefinitionFile.TryRead(folder);
        Kept = found?.Names ?? [];
        _written = found?.Bytes ?? DefinitionFileWriter.Write([]); // no file says that nothing is stored
    }

    public IReadOnlyList<StoredHistory> Kept { get; }

    public ulong Mark => _history?.Numbers.Newest ?? 0;

    /// <exception cref="DefinitionException">The definitions are larger than a file of them may be.</exception>
    /// <exception cref="StorePoisonedException">The store failed earlier.</exception>
    /// <exception cref="FileOperationException">The disk refused the write.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Keep(IReadOnlyList<StoredHistory> all)
    {
        byte[] bytes = DefinitionFileWriter.Write(all);
        lock (_lock)
        {
            if (_written is not null && _written.AsSpan().SequenceEqual(bytes))
            {
                return;
            }

            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (bytes.Length > DefinitionFileFormat.MostBytes)
            {
                throw new DefinitionException(
                    "The definitions were not changed",
                    [new DefinitionError("$", string.Create(
                        CultureInfo.InvariantCulture,
                        $"with this change all stored definitions have {bytes.Length} bytes; at most {DefinitionFileFormat.MostBytes} are "
                        + $"stored. Remove definitions that nobody needs"))]);
            }

            _failStop.RequireWritable();

            // When this fails after the rename, the file may hold the new content already.
            _written = null;
            DefinitionFile.Publish(_folder, bytes);
            _written = bytes;
        }
    }

    // A read that began before a version was replaced may have ended in the next version of the store.
    public bool IsNeeded(ulong lastServedIn) =>
        _history is { } history && (lastServedIn == StoredVersion.StillServed || history.Numbers.Oldest <= lastServedIn + 1);

    /// <summary>Refuses every later change.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }
}
