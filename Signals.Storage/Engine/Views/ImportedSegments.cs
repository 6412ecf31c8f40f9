using System.Diagnostics;
using Signals.Offline;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>The segments that were imported, and how complete each event type is by these and by declarations.</summary>
/// <remarks>
/// Thread contract: <see cref="CompletenessOf"/> by any thread, without a lock; the rest by one thread at a time, after the
/// commit of the edit that records the same. Lifetime: that of the store.
/// </remarks>
internal sealed class ImportedSegments
{
    private readonly StoreSchema _schema;
    private readonly Completeness[] _completeness;
    private readonly Dictionary<UInt128, ImportedSegment> _imported;
    private readonly Dictionary<ushort, long> _completeUpTo;

    public ImportedSegments(StoreSchema schema, ManifestState state)
    {
        _schema = schema;
        _imported = new(state.Segments);
        _completeUpTo = new(state.CompleteUpTo);
        _completeness = [.. schema.EventTypes.Select(Describe)];
        AssertInvariants();
    }

    /// <summary>What is known of an event type.</summary>
    public Completeness CompletenessOf(ushort eventType) => Volatile.Read(ref _completeness[eventType]);

    /// <summary>TEST_ONLY: how many segments were imported.</summary>
    public int ImportedCount => _imported.Count;

    /// <summary>The segment with this content, if it was imported.</summary>
    public bool TryGet(UInt128 contentId, out ImportedSegment segment) => _imported.TryGetValue(contentId, out segment!);

    /// <summary>Notes an imported segment.</summary>
    public void Add(ImportedSegment segment)
    {
        _imported.Add(segment.ContentId, segment);
        Refresh(segment.EventType);
        AssertInvariants();
    }

    /// <summary>Notes up to when an event type is complete.</summary>
    public void DeclareComplete(ushort eventType, long upToMs)
    {
        _completeUpTo[eventType] = upToMs;
        Refresh(eventType);
        AssertInvariants();
    }

    private void Refresh(ushort eventType) =>
        Volatile.Write(ref _completeness[eventType], Describe(_schema.EventTypes[eventType]));

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_imported.All(one => one.Key == one.Value.ContentId), "A segment is known by the content of another one.");
        foreach (EventTypeSchema type in _schema.EventTypes)
        {
            Completeness told = _completeness[type.Id];
            bool isDeclared = _completeUpTo.TryGetValue(type.Id, out long upToMs);
            Debug.Assert(
                told.CompleteUpToMs == (isDeclared ? upToMs : null), "What is told of an event type is not what was declared.");
        }
    }

    private Completeness Describe(EventTypeSchema type) => new(
        type.Name,
        _completeUpTo.TryGetValue(type.Id, out long upTo) ? upTo : null,
        _imported.Values.Where(segment => segment.EventType == type.Id && segment.CorrectedDays is not null)
            .Select(segment => new CorrectedDays(segment.CorrectedDays!.Value, segment.Generation)));
}
