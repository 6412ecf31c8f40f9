using System.Collections.Immutable;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>
/// A version that is kept: the tables that reads saw, and where its logs begin. Immutable. It shares with the version before it what did not
/// change, so that many versions of many tables take what changed between them.
/// </summary>
internal sealed record RetainedVersion
{
    /// <summary>Grows by one from version to version, over all openings.</summary>
    public required ulong Number { get; init; }

    /// <summary>When reads began to see it, ms since the epoch.</summary>
    public required long InstalledMs { get; init; }

    /// <summary>Every record in its tables ends at or before this stream position.</summary>
    public required long KnownPosition { get; init; }

    /// <summary>Every record up to this stream position is in its tables; those behind are in logs.</summary>
    public required long FlushedPosition { get; init; }

    /// <summary>The first log that holds a record behind <see cref="FlushedPosition"/>.</summary>
    public required ulong FirstLog { get; init; }

    /// <summary>How many edits with erasures came before it or with it.</summary>
    public required ulong ErasureEdits { get; init; }

    /// <summary>Whether the store was opened with it.</summary>
    public required bool IsOpening { get; init; }

    /// <summary>Its tables, by number.</summary>
    public required ImmutableList<TableMeta> Tables { get; init; }

    /// <summary>Users erased since the version before it that is kept; of the first one all of them.</summary>
    public required Erasure[] Erasures { get; init; }

    /// <summary>The names of the files that hold its tables.</summary>
    public IEnumerable<string> DataFiles() => Tables.SelectMany(StoreFiles.FilesOf).Distinct();

    /// <summary>The tables of a version as a change of those of the version before it.</summary>
    /// <param name="before">The tables before, by number.</param>
    /// <param name="now">The tables now, by number.</param>
    /// <returns>The tables of <paramref name="now"/>, but for one that did not change the object of before: that is how it is told.</returns>
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
