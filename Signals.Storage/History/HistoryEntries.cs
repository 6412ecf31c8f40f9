using System.Buffers.Binary;
using System.Collections.Immutable;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>
/// Reads and writes the bytes of the entries of a list of kept versions (<c>docs/formats/versions.md</c>). Pure; any thread.
/// Bytes from a disk are not trusted: every error in them is reported as <see cref="InvalidDataException"/>.
/// </summary>
internal static class HistoryEntries
{
    /// <summary>An entry that promises that everything before it was synced.</summary>
    public static byte[] Promise()
    {
        byte[] bytes = new byte[HistoryFormat.PromiseBytes];
        bytes[HistoryFormat.KindOffset] = HistoryFormat.PromiseKind;
        return bytes;
    }

    public static byte[] Write(in PastSample sample)
    {
        byte[] bytes = new byte[HistoryFormat.SampleBytes];
        bytes[HistoryFormat.KindOffset] = HistoryFormat.SampleKind;
        WriteCommon(bytes, sample.Point.Version, sample.TimeMs, sample.Point.Position);
        return bytes;
    }

    /// <param name="version">The version.</param>
    /// <param name="before">The version before it in the file; null to write the version whole.</param>
    /// <param name="cleanEdits">
    /// The kept files hold nothing of the users that were erased by the edits with erasures up to this number.
    /// </param>
    public static byte[] Write(RetainedVersion version, RetainedVersion? before, ulong cleanEdits)
    {
        VersionEdit edit = new() { FlushedPosition = version.FlushedPosition, FirstLiveLog = version.FirstLog };
        Dictionary<ulong, TableMeta> had = (before?.Tables ?? []).ToDictionary(table => table.Number);
        foreach (TableMeta table in version.Tables)
        {
            bool isSame = had.TryGetValue(table.Number, out TableMeta? old) && ReferenceEquals(old, table);
            if (isSame)
            {
                had.Remove(table.Number);
            }
            else
            {
                edit.AddedTables.Add(table);
            }
        }

        edit.RemovedTables.AddRange(had.Keys.Order());
        edit.Erasures.AddRange(version.Erasures);
        byte[] body = VersionEditFormat.Write(edit);
        byte[] bytes = new byte[HistoryFormat.VersionHeaderBytes + body.Length];
        bytes[HistoryFormat.KindOffset] = HistoryFormat.VersionKind;
        bytes[HistoryFormat.FlagsOffset] =
            (byte)((before is null ? HistoryFormat.WholeFlag : 0)
                | (version.IsOpening ? HistoryFormat.OpeningFlag : 0));
        WriteCommon(bytes, version.Number, version.InstalledMs, version.KnownPosition);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(HistoryFormat.ErasuresOffset), version.ErasureEdits);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(HistoryFormat.CleanOffset), cleanEdits);
        body.CopyTo(bytes, HistoryFormat.VersionHeaderBytes);
        return bytes;
    }

    /// <summary>Adds an entry to the content that was read before it.</summary>
    public static void ReadInto(HistoryContent content, ReadOnlySpan<byte> entry)
    {
        byte kind = entry.Length > 0 ? entry[HistoryFormat.KindOffset] : (byte)0;
        switch (kind)
        {
            case HistoryFormat.VersionKind when entry.Length > HistoryFormat.VersionHeaderBytes:
                content.Add(ReadVersion(entry, content), BinaryPrimitives.ReadUInt64LittleEndian(entry[HistoryFormat.CleanOffset..]));
                break;
            case HistoryFormat.SampleKind when entry.Length == HistoryFormat.SampleBytes:
                content.Add(ReadSample(entry));
                break;
            case HistoryFormat.PromiseKind when entry.Length == HistoryFormat.PromiseBytes:
                content.IsPromised = true;
                break;
            default:
                throw new InvalidDataException($"A list of versions has no entry of kind {kind} with {entry.Length} bytes.");
        }
    }

    private static RetainedVersion ReadVersion(ReadOnlySpan<byte> entry, HistoryContent content)
    {
        byte flags = entry[HistoryFormat.FlagsOffset];
        bool isWhole = (flags & HistoryFormat.WholeFlag) != 0;
        RetainedVersion? before = content.Versions.Count == 0 ? null : content.Versions[^1];
        PastSample common = ReadSample(entry);
        Require((flags & ~(HistoryFormat.WholeFlag | HistoryFormat.OpeningFlag)) == 0, $"has unknown flags {flags}");
        Require(isWhole == before is null, "must be whole if it is the first, and only then");
        VersionEdit edit = VersionEditFormat.Read(entry[HistoryFormat.VersionHeaderBytes..].ToArray());
        Require(edit.FlushedPosition >= StreamPosition.Start && edit.FirstLiveLog > 0, "does not say where its logs begin");
        Require(edit.FlushedPosition <= common.Point.Position, "has tables beyond its position");
        Require(before is null || common.Point.Version > before.Number, "does not follow the version before it");
        return new RetainedVersion
        {
            Number = common.Point.Version,
            InstalledMs = common.TimeMs,
            KnownPosition = common.Point.Position,
            FlushedPosition = edit.FlushedPosition!.Value,
            FirstLog = edit.FirstLiveLog!.Value,
            ErasureEdits = BinaryPrimitives.ReadUInt64LittleEndian(entry[HistoryFormat.ErasuresOffset..]),
            IsOpening = (flags & HistoryFormat.OpeningFlag) != 0,
            Tables = Change(before?.Tables ?? [], edit),
            Erasures = [.. edit.Erasures],
        };
    }

    /// <summary>
    /// Takes a few steps for each table that the edit names, however many tables stay. So an entry of few bytes costs little.
    /// </summary>
    private static ImmutableList<TableMeta> Change(ImmutableList<TableMeta> before, VersionEdit edit)
    {
        ImmutableList<TableMeta>.Builder tables = before.ToBuilder();
        foreach (ulong removed in edit.RemovedTables)
        {
            int at = Find(tables, removed);
            Require(at >= 0, $"removes table {removed}, which is not there");
            tables.RemoveAt(at);
        }

        foreach (TableMeta table in edit.AddedTables)
        {
            int at = Find(tables, table.Number);
            Require(at < 0, $"adds table {table.Number} twice");
            tables.Insert(~at, table);
        }

        return tables.ToImmutable();
    }

    // The index of a number, or the complement of the index where it belongs.
    private static int Find(ImmutableList<TableMeta>.Builder tables, ulong number)
    {
        int low = 0;
        for (int high = tables.Count; low < high;)
        {
            int middle = (low + high) / 2;
            ulong found = tables[middle].Number;
            if (found == number)
            {
                return middle;
            }

            (low, high) = found < number ? (middle + 1, high) : (low, middle);
        }

        return ~low;
    }

    private static PastSample ReadSample(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt64LittleEndian(entry[HistoryFormat.TimeOffset..]),
        new PastPoint(
            new StreamPosition(BinaryPrimitives.ReadInt64LittleEndian(entry[HistoryFormat.PositionOffset..])),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[HistoryFormat.NumberOffset..])));

    private static void WriteCommon(Span<byte> bytes, ulong number, long timeMs, StreamPosition position)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[HistoryFormat.NumberOffset..], number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[HistoryFormat.TimeOffset..], timeMs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[HistoryFormat.PositionOffset..], position.Value);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"A version of the list {otherwise}.");
        }
    }
}
