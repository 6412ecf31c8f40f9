using Signals.Core.Schema;
using Signals.Storage.Engine.Context;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// Makes the edits of an open store durable. Each edit takes along what only the manifest remembers: the schema in force, the clock, the
/// limits that are held on disk.
/// </summary>
/// <remarks>
/// Thread contract: under the lock of the <see cref="VersionCommitter"/>. What is taken along is decided by what the manifest has, so
/// nothing is forgotten when a commit fails. Lifetime: that of the store.
/// </remarks>
internal sealed class DurableEdits
{
    private readonly StoreContext _context;
    private readonly DiskRetention _retention;
    private readonly LogStream? _log;

    // The schema in force as long as the manifest does not have it; null from then on. Tables of a flush may hold its columns.
    private byte[]? _newSchema;

    /// <param name="context">The store.</param>
    /// <param name="manifest">Where edits become durable.</param>
    /// <param name="retention">What is held on disk, and the clock.</param>
    /// <param name="log">
    /// Is synced before each edit. The edit may hold an erasure, or a part of a batch, or lack rows that an erasure hides: were
    /// their log entries lost in a power cut and the edit not, the store would hold the later without the earlier. Null without
    /// logs.
    /// </param>
    public DurableEdits(StoreContext context, Manifest manifest, DiskRetention retention, LogStream? log)
    {
        _context = context;
        Manifest = manifest;
        _retention = retention;
        _log = log;
        byte[] schema = SchemaSerializer.Write(context.Schema);
        _newSchema = manifest.State.Schema.Span.SequenceEqual(schema) ? null : schema;
    }

    public Manifest Manifest { get; }

    /// <summary>Whether the manifest lacks the schema in force.</summary>
    public bool HasNewSchema => _newSchema is not null;

    /// <summary>Whether the manifest lacks something of the clock or of the held limits that the next process has to know.</summary>
    public bool HasNewRetention => _retention.IsDue(Manifest.State);

    public void Commit(VersionEdit edit)
    {
        edit.NextFileNumber = _context.Numbers.Upcoming;
        edit.Schema ??= _newSchema;
        _retention.AddTo(edit, Manifest.State);
        _log?.SyncWritten();
        Manifest.Commit(edit);
        _newSchema = null;
    }
}
