using Signals.Core.Definitions;
using Signals.Core.Serving.Rows;
using Signals.Definitions;

namespace Signals.Core.Serving.Sizing;

/// <summary>
/// The counts, dedup, mix and size of a definition. Event types are given as slots, which are their positions in the order of
/// their ids.
/// </summary>
/// <remarks>Thread contract: immutable; any thread.</remarks>
internal sealed class SizeRules
{
    private readonly int[] _slotOfType;
    private readonly ushort[] _types;

    /// <param name="definition">The definition, validated against the schema of the event types.</param>
    /// <param name="types">The event types of the definition in the order of their ids.</param>
    /// <param name="layout">The layout that holds the key columns.</param>
    public SizeRules(SequenceDefinition definition, EventTypeSchema[] types, RowLayout layout)
    {
        Size = definition.Size.Value;
        Counts = Array.ConvertAll(types, type => definition.FromClauses.First(clause => type.IsCalled(clause.EventType)).Count.Value);
        _types = Array.ConvertAll(types, type => type.Id);
        _slotOfType = new int[types[^1].Id + 1];
        for (int slot = 0; slot < types.Length; slot++)
        {
            _slotOfType[types[slot].Id] = slot;
        }

        DedupColumns = definition.Dedup is { } dedup ? [.. dedup.Columns.Select(layout.OrdinalOf)] : [];
        DedupPerType = definition.Dedup?.Scope == DedupScope.PerType;
        Quotas = [.. definition.Mix.OfType<QuotaRule>().Select(rule =>
            new Quota(SlotsOf(rule), rule.MinimumRows(Size), rule.MaximumRows(Size)))];
        RunLimits = [.. definition.Mix.OfType<StreakLimitRule>().Select(rule => new StreakLimit(SlotsOf(rule), rule.Maximum.Value))];

        bool[] SlotsOf(MixRule rule) => Array.ConvertAll(types, type => rule.EventTypes.Any(type.IsCalled));
    }

    /// <summary>The largest number of rows of a sequence.</summary>
    public int Size { get; }

    /// <summary>For each slot, the largest number of candidates.</summary>
    public int[] Counts { get; }

    /// <summary>The ordinals of the key's columns; empty without dedup.</summary>
    public int[] DedupColumns { get; }

    public bool DedupPerType { get; }

    public Quota[] Quotas { get; }

    public StreakLimit[] RunLimits { get; }

    public bool HasMix => Quotas.Length > 0 || RunLimits.Length > 0;

    public ushort TypeOf(int slot) => _types[slot];

    public int SlotOf(ushort eventType) => _slotOfType[eventType];
}
