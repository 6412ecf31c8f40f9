using Signals.Offline;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Versions;

/// <summary>Edits and the text of a manifest's state, for comparing.</summary>
internal static class Edits
{
    public static TableMeta Meta(ulong number, ushort type = 0, long window = 0, long min = 10, long max = 20) => new()
    {
        Number = number,
        EventType = type,
        WindowStart = window,
        MinTime = min,
        MaxTime = max,
        Rows = 3,
        Users = 2,
        FileLength = 4096,
        FileChecksum = 0xC0FFEE,
        NewestInserted = max,
    };

    public static ImportedSegment Segment(UInt128 contentId) => new()
    {
        ContentId = contentId,
        EventType = 0,
        Source = "s",
        Generation = 5,
        SourceRank = 6,
        Events = 7,
        Patches = 8,
        FileBytes = 1000,
        ImportedMs = 2000,
        CorrectedDays = new DayRange(DateOnly.FromDayNumber(3), DateOnly.FromDayNumber(4)),
    };

    public static VersionEdit Import(this VersionEdit edit, ulong contentId)
    {
        edit.ImportedSegments.Add(Segment(contentId));
        return edit;
    }

    public static VersionEdit Complete(this VersionEdit edit, ushort type, long upTo)
    {
        edit.CompleteUpTo.Add(type, upTo);
        return edit;
    }

    public static VersionEdit Add(params ulong[] tables)
    {
        var edit = new VersionEdit();
        edit.AddedTables.AddRange(tables.Select(number => Meta(number)));
        return edit;
    }

    public static VersionEdit Remove(this VersionEdit edit, params ulong[] tables)
    {
        edit.RemovedTables.AddRange(tables);
        return edit;
    }

    public static VersionEdit Erase(this VersionEdit edit, ulong user, long cutoff)
    {
        edit.Erasures.Add(new Erasure(UserId.From(user), cutoff));
        return edit;
    }

    public static VersionEdit Move(this VersionEdit edit, string source, long position)
    {
        edit.Sources.Add(new SourcePosition(source, position));
        return edit;
    }

    public static string Describe(this ManifestState state) =>
        $"tables={string.Join(",", state.Tables.Keys)} log={state.FirstLiveLog} next={state.NextFileNumber}"
        + $" flushed={state.FlushedPosition} schema={Convert.ToHexString(state.Schema.Span)}"
        + $" erased={string.Join(",", state.Erasures.OrderBy(e => e.Key).Select(e => $"{e.Key}@{e.Value}"))}"
        + (state.Sources.Count == 0 ? "" : $" sources={string.Join(",", state.Sources.Select(s => $"{s.Key}@{s.Value.Position}"))}")
        + (state.Segments.Count == 0 ? "" : $" segments={string.Join(",", state.Segments.Keys)}")
        + (state.CompleteUpTo.Count == 0 ? "" : $" complete={string.Join(",", state.CompleteUpTo.Select(c => $"{c.Key}@{c.Value}"))}");
}
