using Signals.Core.Enrichment;
using Signals.Storage.Entities;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Enrichment;

/// <summary>
/// Facts about entities (an item's price, text, vector) by key, for enrichments to join with. The file is written by
/// <see cref="EntityTableWriter"/>. Opening it loads only the index; blocks are read on demand and cached in bounded memory.
/// </summary>
/// <remarks>
/// Thread contract: any thread; lookups take no lock. <see cref="Replace"/> swaps in another version while lookups go on: each
/// lookup sees one version only, and the old file is closed after the last lookup that began on it. Lifetime: dispose it when
/// nothing looks up any more.
/// </remarks>
public sealed class EntityTable : IDisposable
{
    private readonly IFileSystem _files;
    private readonly EntityTableOptions _options;
    private readonly ReadEpochs _epochs = new();
    private readonly Lock _changes = new(); // held while the version is replaced or the table is closed
    private EntityVersion? _current;
    private volatile bool _hasRetired;

    private EntityTable(IFileSystem files, EntityTableOptions options, EntityVersion first)
    {
        _files = files;
        _options = options;
        _current = first;
        Schema = first.Schema;
    }

    /// <summary>Name and columns. They are the same in every version that is swapped in.</summary>
    public EntitySchema Schema { get; }

    /// <summary>The current version, as its writer numbered it.</summary>
    public ulong Version => Current.TableVersion;

    /// <summary>The number of entities in the current version.</summary>
    public long Count => Current.Rows;

    /// <summary>Bytes of memory now: the index, which always takes 40 bytes per block, and the cached blocks.</summary>
    public long ResidentBytes => Current.IndexBytes + Current.CachedBytes;

    internal EntityVersion Current => Volatile.Read(ref _current) ?? throw new ObjectDisposedException(nameof(EntityTable));

    /// <summary>Replaced versions that still wait for their last lookup to end.</summary>
    internal int RetiredCount => _epochs.PendingCount;

    /// <summary>Opens a table.</summary>
    /// <exception cref="CorruptionException">
    /// The file is not an entity table, has a newer format, or its index is damaged.
    /// </exception>
    /// <exception cref="FileOperationException">The file cannot be read.</exception>
    public static EntityTable Open(string path, EntityTableOptions? options = null)
    {
        return Open(FileSystems.ForThisMachine(), FileSystems.Absolute(path), options ?? new EntityTableOptions());
    }

    /// <summary>
    /// Swaps in another version, from another file or from the same path written anew. Lookups that begin after the call see the
    /// new version.
    /// </summary>
    /// <exception cref="SchemaMismatchException">
    /// The new version has another name or other columns; the current version stays.
    /// </exception>
    /// <exception cref="CorruptionException">
    /// As in <see cref="Open(string, EntityTableOptions?)"/>; the current version stays.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The table is closed and stays closed.</exception>
    public void Replace(string path)
    {
        string file = FileSystems.Absolute(path);
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_current is null, this);
            ReplaceLocked(file);
        }
    }

    /// <summary>
    /// Prepares lookups of the named columns, or of all columns when none is named. Create one for each thread that looks up.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public EntityLookup CreateLookup(params ReadOnlySpan<string> columns)
    {
        List<int> ordinals = [];
        foreach (string column in columns)
        {
            ordinals.Add(OrdinalOf(column));
        }

        return new EntityLookup(this, columns.IsEmpty ? [.. Enumerable.Range(0, Schema.Columns.Count)] : [.. ordinals]);
    }

    /// <summary>Waits for the lookups in progress and closes the files. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_changes)
        {
            if (Interlocked.Exchange(ref _current, null) is EntityVersion last)
            {
                _epochs.WaitForReaders();
                last.Dispose();
                _epochs.Dispose();
            }
        }
    }

    internal static EntityTable Open(IFileSystem files, string path, EntityTableOptions options)
    {
        options.Validate();
        return new EntityTable(files, options, EntityVersion.Open(files, path, options));
    }

    internal int OrdinalOf(string column)
    {
        int ordinal = Schema.Row.IndexOf(column);
        return ordinal >= 0
            ? ordinal
            : throw new ArgumentException(
                $"The table '{Schema.Name}' has no column '{column}'; it has {Describe(Schema)}.", nameof(column));
    }

    internal void Find(EntityProbe probe, ReadOnlySpan<int> columns, ReadOnlySpan<OutputRows> outputs, Span<bool> found)
    {
        EpochScope inside = _epochs.Enter();
        try
        {
            probe.Run(Current, columns, outputs, found);
        }
        finally
        {
            inside.Dispose();
            Interlocked.MemoryBarrier(); // either this lookup sees the flag, or the thread that sets it sees that this lookup has left
            if (_hasRetired)
            {
                CollectRetired();
            }
        }
    }

    private void ReplaceLocked(string path)
    {
        EntityVersion next = EntityVersion.Open(_files, path, _options);
        if (next.Schema.Name != Schema.Name || !next.Schema.HasSameColumns(Schema))
        {
            next.Dispose();
            throw new SchemaMismatchException(
                $"'{path}' holds '{next.Schema.Name}' with {Describe(next.Schema)}; the table is '{Schema.Name}' with "
                + $"{Describe(Schema)}.");
        }

        Retire(Interlocked.Exchange(ref _current, next));
    }

    private void Retire(EntityVersion? old)
    {
        if (old is not null)
        {
            _epochs.Retire(old);
            CollectRetired();
        }
    }

    // When the last concurrent lookup ends, the flag is set if a version is still retired: it is set before the scan, and the
    // count is checked again after the flag was cleared.
    private void CollectRetired()
    {
        do
        {
            _hasRetired = true;
            _epochs.Collect();
            if (_epochs.PendingCount > 0)
            {
                return;
            }

            _hasRetired = false;
            Interlocked.MemoryBarrier();
        }
        while (_epochs.PendingCount > 0);
    }

    private static string Describe(EntitySchema schema) => string.Join(", ", schema.Columns.Select(c => $"{c.Name} ({c.Type})"));
}
