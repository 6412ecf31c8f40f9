using System.Collections.Immutable;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>
/// A kept version: the tables that reads saw, and where its logs begin. Immutable. It shares everything unchanged with the
/// version before it, so many versions of many tables cost only what changed between them.
/// </summary>
internal sealed record RetainedVersion
{
    /// <summary>The number grows from version to version, over all openings.</summary>
    public required ulong Number { get; init; }

    /// <summary>When reads began to see the version, ms since the epoch.</summary>
    public required long InstalledMs { get; init; }

    /// <summary>Every record in its tables ends at or before this stream position.</summary>
    public required StreamPosition KnownPosition { get; init; }

    /// <summary>Every record up to this stream position is in its tables; later records are in logs.</summary>
    public required StreamPosition FlushedPosition { get; init; }

    /// <summary>The first log that holds a record after <see cref="FlushedPosition"/>.</summary>
    public required ulong FirstLog { get; init; }

    /// <summary>How many edits with erasures were made up to this version, including its own.</summary>
    public required ulong ErasureEdits { get; init; }

    /// <summary>Whether the version was made by opening the store.</summary>
    public required bool IsOpening { get; init; }

    /// <summary>Its tables, by number.</summary>
    public required ImmutableList<TableMeta> Tables { get; init; }

    /// <summary>Users erased since the kept version before it; for the first kept version, all erased users.</summary>
    public required Erasure[] Erasures { get; init; }

    /// <summary>The names of the files that hold its tables.</summary>
    public IEnumerable<string> DataFiles() => Tables.SelectMany(StoreFiles.FilesOf).Distinct();

    /// <summary>The tables of a version, made by changing the list of the version before it.</summary>
    /// <param name="before">The tables before, by number.</param>
    /// <param name="now">The tables now, by number.</param>
    /// <returns>
    /// The tables of <paramref name="now"/>. A table that did not change is the same object as before; that is how unchanged
    /// tables are recognised.
    /// </returns>
    public static ImmutableList<TableMeta> Follow(ImmutableList<TableMeta> before, IEnumerable<TableMeta> now)
    {
        ImmutableList<TableMeta>.Builder tables = before.ToBuilder();
        int at = 0;
        foreach (TableMeta table in now)
        {
            while (at < tables.Count && tables[at].Number < table.Number)
            {
                tables.RemoveAt(at);
            }

            if (at == tables.Count || tables[at].Number > table.Number)
            {
                tables.Insert(at, table);
            }
            else if (!HasSameFiles(tables[at], table))
            {
                tables[at] = table;
            }

            at++;
        }

        while (tables.Count > at)
        {
            tables.RemoveAt(at);
        }

        return tables.ToImmutable();
    }

    private static bool HasSameFiles(TableMeta before, TableMeta now) => ReferenceEquals(before, now)
        || before.ColumnFiles.Select(file => file.Number).SequenceEqual(now.ColumnFiles.Select(file => file.Number));
}
