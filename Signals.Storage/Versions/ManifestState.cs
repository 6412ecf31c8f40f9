using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// The content of a store: the sum of the edits of its manifest. An edit that does not fit is refused before anything changes.
/// Thread contract: one thread at a time. Lifetime: that of its manifest.
/// </summary>
internal sealed class ManifestState
{
    private const int TablesPerEdit = 512;
    private const int ErasuresPerEdit = 4096;
    private const int SourcesPerEdit = 1024;
    private const int SegmentsPerEdit = 1024;

    private readonly SortedDictionary<ulong, TableMeta> _tables = [];
    private readonly Dictionary<UserId, long> _erasures = [];
    private readonly SortedDictionary<string, SourcePosition> _sources = new(StringComparer.Ordinal);
    private readonly SortedDictionary<UInt128, ImportedSegment> _segments = [];
    private readonly SortedDictionary<ushort, long> _completeUpTo = [];

    /// <summary>The live tables, by number.</summary>
    public IReadOnlyDictionary<ulong, TableMeta> Tables => _tables;

    /// <summary>The erased users and their cutoffs (ms, inclusive).</summary>
    public IReadOnlyDictionary<UserId, long> Erasures => _erasures;

    /// <summary>The sources and their resume positions.</summary>
    public IReadOnlyDictionary<string, SourcePosition> Sources => _sources;

    /// <summary>Every segment that was ever imported, by the id of its content.</summary>
    public IReadOnlyDictionary<UInt128, ImportedSegment> Segments => _segments;

    /// <summary>
    /// For each event type, the time up to which it was declared complete, in ms since the epoch. It is only ever raised.
    /// </summary>
    public IReadOnlyDictionary<ushort, long> CompleteUpTo => _completeUpTo;

    /// <summary>The oldest log that must be replayed; 0 before the first flush.</summary>
    public ulong FirstLiveLog { get; private set; }

    /// <summary>The lowest file number that is certainly free.</summary>
    public ulong NextFileNumber { get; private set; } = 1;

    /// <summary>The stream position up to which every record is in tables.</summary>
    public StreamPosition FlushedPosition { get; private set; }

    /// <summary>The serialized schema; empty when none was recorded yet.</summary>
    public ReadOnlyMemory<byte> Schema { get; private set; }

    /// <summary>
    /// Whether there is a list of kept versions. Not part of <see cref="Snapshot"/>, because a copy of the store has no such
    /// list.
    /// </summary>
    public bool KeepsVersions { get; private set; }

    /// <summary>Whether some table holds or has held several time windows; see <see cref="VersionEdit.SpansWindows"/>.</summary>
    public bool SpansWindows { get; private set; }

    /// <summary>What the store keeps beyond what the schema says.</summary>
    public KeepSettings Keep { get; private set; } = KeepSettings.Unstated;

    /// <summary>What event types keep on disk although the schema says less.</summary>
    public IReadOnlyList<HeldLimit> HeldLimits { get; private set; } = [];

    /// <summary>What is remembered of the clock; null in a store that never did.</summary>
    public ClockReading? Clock { get; private set; }

    /// <summary>The end of the manifest from which this state was read; null when it was not read from one.</summary>
    public ManifestTail? Tail { get; set; }

    /// <summary>The sum of some edits.</summary>
    /// <exception cref="InvalidDataException">The edits contradict each other.</exception>
    public static ManifestState Replay(IEnumerable<VersionEdit> edits)
    {
        ManifestState state = new();
        foreach (VersionEdit edit in edits)
        {
            state.Apply(edit);
        }

        return state;
    }

    /// <summary>
    /// Whether a later state of the same store has a schema of the same answers: a drop that became final changes none.
    /// </summary>
    public bool HasSchemaOf(ManifestState later) => Schema.Span.SequenceEqual(later.Schema.Span)
        || (!Schema.IsEmpty && !later.Schema.IsEmpty && SchemaEvolution.AnswerAlike(ReadSchema(), later.ReadSchema()));

    /// <summary>Reads the recorded schema.</summary>
    /// <exception cref="CorruptionException">The manifest from which this state was read holds no readable schema.</exception>
    /// <exception cref="SchemaMismatchException">A newer version of Signals wrote the schema.</exception>
    public StoreSchema ReadSchema()
    {
        try
        {
            return SchemaSerializer.Read(Schema);
        }
        catch (InvalidDataException damage) when (Tail is { } tail)
        {
            throw new CorruptionException(
                tail.Path, tail.EndOffset, "The edits up to here hold no schema that can be read: " + damage.Message, damage);
        }
    }

    /// <summary>The names of the files that hold the data of this state, without logs.</summary>
    public IEnumerable<string> DataFiles() => _tables.Values.SelectMany(StoreFiles.FilesOf).Distinct();

    /// <summary>Adds one edit.</summary>
    /// <exception cref="InvalidDataException">The edit contradicts the state; nothing changed.</exception>
    public void Apply(VersionEdit edit)
    {
        Check(edit);
        foreach (ulong number in edit.RemovedTables)
        {
            _tables.Remove(number);
        }

        NextFileNumber = Math.Max(NextFileNumber, edit.NextFileNumber ?? 0);
        foreach (TableMeta table in edit.AddedTables)
        {
            _tables.Add(table.Number, table);
            NextFileNumber = Math.Max(NextFileNumber, HighestNumber(table) + 1);
        }

        foreach (Erasure erasure in edit.Erasures)
        {
            if (!_erasures.TryGetValue(erasure.User, out long cutoff) || cutoff < erasure.CutoffMs)
            {
                _erasures[erasure.User] = erasure.CutoffMs;
            }
        }

        foreach (SourcePosition source in edit.Sources)
        {
            if (!_sources.TryGetValue(source.Source, out SourcePosition before) || source.IsAfter(before))
            {
                _sources[source.Source] = source;
            }
        }

        foreach (ImportedSegment segment in edit.ImportedSegments)
        {
            _segments.Add(segment.ContentId, segment);
        }

        foreach ((ushort type, long upTo) in edit.CompleteUpTo)
        {
            _completeUpTo[type] = _completeUpTo.TryGetValue(type, out long before) ? Math.Max(before, upTo) : upTo;
        }

        FirstLiveLog = edit.FirstLiveLog ?? FirstLiveLog;
        FlushedPosition = edit.FlushedPosition ?? FlushedPosition;
        Schema = edit.Schema ?? Schema;
        KeepsVersions = edit.KeepsVersions ?? KeepsVersions;
        SpansWindows |= edit.SpansWindows;
        Keep = edit.Keep ?? Keep;
        HeldLimits = edit.HeldLimits ?? HeldLimits;
        Clock = edit.Clock ?? Clock;
    }

    /// <summary>Throws what <see cref="Apply"/> would throw. Changes nothing.</summary>
    public void Check(VersionEdit edit)
    {
        var removed = new HashSet<ulong>();
        foreach (ulong number in edit.RemovedTables)
        {
            Require(_tables.ContainsKey(number) && removed.Add(number), $"removes table {number}, which is not live");
        }

        var added = new HashSet<ulong>();
        foreach (TableMeta table in edit.AddedTables)
        {
            // A run that gets a column file is removed and added again under the same number.
            bool isFree = !_tables.ContainsKey(table.Number) || removed.Contains(table.Number);
            Require(isFree && added.Add(table.Number), $"adds table {table.Number}, which is live already or added twice");
            Require(
                table.ColumnFiles.All(file => file.Number > 0 && file.FileLength > 0),
                $"adds table {table.Number} with a column file whose number or length is not valid");
            Require(
                table.Number > 0 && HighestNumber(table) < ulong.MaxValue,
                $"adds table {table.Number}, of which a file number is not valid");
            Require(
                table.Stamp.IsValid && table.Kind <= RunKind.Patches && table.SegmentOffset >= 0
                    && table.SegmentOffset <= long.MaxValue - table.FileLength,
                $"adds table {table.Number} with a kind, stamp or segment offset that is not valid");
            Require(
                table.Rows > 0 && table.FileLength > 0 && table.WindowStart <= table.MinTime && table.MinTime <= table.MaxTime,
                $"adds table {table.Number} with a number of rows, length or time range that is not valid");
        }

        var imported = new HashSet<UInt128>();
        foreach (ImportedSegment segment in edit.ImportedSegments)
        {
            Require(
                !_segments.ContainsKey(segment.ContentId) && imported.Add(segment.ContentId),
                $"imports segment {segment.ContentId:x32} of '{segment.Source}', which was imported already");
        }

        Require(!(edit.FirstLiveLog < FirstLiveLog), $"moves the first live log back from {FirstLiveLog} to {edit.FirstLiveLog}");
        Require(
            !(edit.FlushedPosition < FlushedPosition),
            $"moves the flushed position back from {FlushedPosition} to {edit.FlushedPosition}");
    }

    /// <summary>The state as a series of edits of bounded size, whose sum is this state.</summary>
    public IEnumerable<VersionEdit> Snapshot()
    {
        yield return new VersionEdit
        {
            FirstLiveLog = FirstLiveLog,
            NextFileNumber = NextFileNumber,
            FlushedPosition = FlushedPosition,
            Schema = Schema.IsEmpty ? null : Schema.ToArray(),
            SpansWindows = SpansWindows,
            Keep = Keep == KeepSettings.Unstated ? null : Keep,
            HeldLimits = HeldLimits.Count == 0 ? null : HeldLimits,
            Clock = Clock,
        };
        foreach (TableMeta[] tables in All(_tables.Values, TablesPerEdit).Chunk(TablesPerEdit))
        {
            var edit = new VersionEdit();
            edit.AddedTables.AddRange(tables);
            yield return edit;
        }

        foreach (KeyValuePair<UserId, long>[] erasures in All(_erasures.OrderBy(e => e.Key), ErasuresPerEdit).Chunk(ErasuresPerEdit))
        {
            var edit = new VersionEdit();
            edit.Erasures.AddRange(erasures.Select(e => new Erasure(e.Key, e.Value)));
            yield return edit;
        }

        foreach (SourcePosition[] sources in All(_sources.Values, SourcesPerEdit).Chunk(SourcesPerEdit))
        {
            var edit = new VersionEdit();
            edit.Sources.AddRange(sources);
            yield return edit;
        }

        foreach (VersionEdit edit in SnapshotSegments())
        {
            yield return edit;
        }
    }

    private IEnumerable<VersionEdit> SnapshotSegments()
    {
        if (_completeUpTo.Count > 0)
        {
            var edit = new VersionEdit();
            foreach ((ushort type, long upTo) in _completeUpTo)
            {
                edit.CompleteUpTo.Add(type, upTo);
            }

            yield return edit;
        }

        foreach (ImportedSegment[] segments in All(_segments.Values, SegmentsPerEdit).Chunk(SegmentsPerEdit))
        {
            var edit = new VersionEdit();
            edit.ImportedSegments.AddRange(segments);
            yield return edit;
        }
    }

    private static IEnumerable<T> All<T>(IEnumerable<T> items, int perEdit) =>
        PlantedBugs.Has(PlantedBugs.SnapshotKeepsTheFirst) ? items.Take(perEdit) : items;

    private static ulong HighestNumber(TableMeta table)
    {
        ulong highest = Math.Max(table.Number, table.SegmentFile);
        foreach (ColumnFileMeta file in table.ColumnFiles)
        {
            highest = Math.Max(highest, file.Number);
        }

        return highest;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"A version edit {otherwise}.");
        }
    }
}
