using Signals.Core.Definitions.Tensors;
using Signals.Core.Serving.Features;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;
using Signals.Core.Serving.Sizing;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// A definition compiled for a schema: columns by ordinal, conditions and features as kernels, and everything else that a read
/// would have to look up. Compiled once for each definition and schema.
/// </summary>
/// <remarks>
/// Thread contract: immutable except for <see cref="Hints"/>; any thread. Created by <see cref="PlanCompiler"/>.
/// </remarks>
internal sealed class SequencePlan
{
    public required SequenceDefinition Definition { get; init; }

    /// <summary>The stages of the host that replace the definition's own.</summary>
    public required SequenceStages Stages { get; init; }

    /// <summary>The event types in the order of their ids. The position of an event type in this array is its slot.</summary>
    public required EventTypeSchema[] Types { get; init; }

    /// <summary>For each slot, how old an event may be, in milliseconds; <see cref="long.MaxValue"/> for any age.</summary>
    public required long[] WindowMs { get; init; }

    public required RowLayout Layout { get; init; }

    /// <summary>The conditions on fetched columns; null when there are none.</summary>
    public required RowFilter? Filter { get; init; }

    /// <summary>The conditions on columns that are computed at serving; null when there are none.</summary>
    public required RowFilter? LateFilter { get; init; }

    /// <summary>The host's event filters that the conditions use, by position.</summary>
    public required PlannedFilter[] EventFilters { get; init; }

    /// <summary>
    /// Whether conditions run code of the host. An exception in them is then reported in the answer and not treated as a bug of
    /// the library.
    /// </summary>
    public required bool HasHostConditions { get; init; }

    public required SizeRules Rules { get; init; }

    /// <summary>The enrichers that run at serving.</summary>
    public required PlannedEnricher[] Enrichments { get; init; }

    /// <summary>The columns of a raw answer.</summary>
    public required OutputPlan[] Outputs { get; init; }

    /// <summary>The names of <see cref="Outputs"/>, made when they are first asked for.</summary>
    public IReadOnlyList<string> OutputNames => field ??= Array.AsReadOnly(Array.ConvertAll(Outputs, output => output.Name));

    public required TensorPlan[] Tensors { get; init; }

    /// <summary>The shapes of the tensors, then that of the mask if there is one; made when they are first asked for.</summary>
    public IReadOnlyList<TensorDescription> TensorShapes => field ??= Array.AsReadOnly(DescribeTensors());

    public required FetchHints Hints { get; init; }

    public bool OldestFirst => Definition.Order == SequenceOrder.OldestFirst;

    public int Size => Rules.Size;

    /// <summary>The names of the columns to fetch.</summary>
    public ReadOnlySpan<string> FetchedNames => Layout.Names.AsSpan(0, Layout.Fetched);

    /// <summary>The tensor of this name, or null.</summary>
    public TensorPlan? FindTensor(string name)
    {
        foreach (TensorPlan tensor in Tensors)
        {
            if (tensor.Name == name)
            {
                return tensor;
            }
        }

        return null;
    }

    /// <summary>The position of a column of the raw answer.</summary>
    /// <exception cref="ArgumentException">There is no such column. The message lists the columns that exist.</exception>
    public int OrdinalOfOutput(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (int i = 0; i < Outputs.Length; i++)
        {
            if (Outputs[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException(
            $"The definition '{Definition.Name}' has no output column '{name}'; " +
            $"it has: {string.Join(", ", Outputs.Select(output => output.Name))}.");
    }

    private TensorDescription[] DescribeTensors()
    {
        if (Definition.Tensors is not { } section)
        {
            return [];
        }

        int rows = section.Layout == TensorLayout.Padded ? Size : 0;
        TensorDescription[] shapes = Array.ConvertAll(
            Tensors, tensor => new TensorDescription(tensor.Name, tensor.Type, tensor.Width, rows, section.Padding, IsMask: false));
        return section.Mask is { } mask
            ? [.. shapes, new TensorDescription(mask.Name, mask.Type, 1, rows, section.Padding, IsMask: true)]
            : shapes;
    }
}
