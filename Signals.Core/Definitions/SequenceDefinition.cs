using Signals.Core.Definitions;
using Signals.Core.Definitions.Tensors;
using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <summary>
/// The named, versioned recipe of a sequence: which events to fetch, which to filter out, what to join on, how many rows to keep,
/// in which order, and what the answer contains. Immutable, equal by value, safe to share. Created by <see cref="Create"/> or
/// from JSON; both give equal objects. To look into one, read its JSON (<see cref="ToJson"/>).
/// </summary>
/// <remarks>
/// What it means: the user's visible events are visited from the newest to the oldest (events of equal times by event type id,
/// then event id). A row is skipped when it is outside its source's window, when a condition is false, when its source's count is
/// full, or when its dedup key is taken. Otherwise it is a candidate: it uses up one of its source's count and takes its key. A
/// skipped row never suppresses another one. The sequence is the newest <see cref="Size"/> candidates, or those that its
/// quotas, shares and streak limits choose. <see cref="Order"/> only changes how the sequence is presented.
/// </remarks>
public sealed partial record SequenceDefinition
{
    internal SequenceDefinition()
    {
    }

    /// <summary>The name by which reads refer to the definition.</summary>
    public required string Name { get; init; }

    /// <summary>The version, at least 1. A changed definition gets another version.</summary>
    public required int Version { get; init; }

    /// <summary>The team or tenant that is responsible for the definition.</summary>
    public required string Owner { get; init; }

    /// <summary>The stage of the definition's life.</summary>
    public LifecycleStage Stage { get; init; }

    /// <summary>The purpose of the definition in a sentence. May be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The values that a request may override. A setting that uses a parameter has the parameter's value.</summary>
    internal ValueList<Parameter> Parameters { get; init; } = [];

    /// <summary>The event types that the definition reads. Each occurs once.</summary>
    internal ValueList<FromClause> FromClauses { get; init; } = [];

    /// <summary>The condition that every event must meet; <c>null</c> for none.</summary>
    internal Predicate? Where { get; init; }

    /// <summary>Which events are duplicates of each other; <c>null</c> for none.</summary>
    internal DedupRule? Dedup { get; init; }

    /// <summary>How event types share the places.</summary>
    internal ValueList<MixRule> Mix { get; init; } = [];

    /// <summary>The enrichers that the definition uses.</summary>
    internal ValueList<EnrichmentUse> Enrichments { get; init; } = [];

    /// <summary>The order of rows in the answer.</summary>
    public SequenceOrder Order { get; init; }

    /// <summary>The largest number of rows of an answer, and the padded length of a tensor.</summary>
    public required Setting<int> Size { get; init; }

    /// <summary>How long a read may take when the caller gives no deadline; <c>null</c> for any time.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The columns of a raw answer. When there are none, a raw answer has only times, ids and event types.</summary>
    internal ValueList<OutputColumn> Columns { get; init; } = [];

    /// <summary>The model-ready answer; <c>null</c> when only raw answers are wanted.</summary>
    internal TensorSection? Tensors { get; init; }

    /// <summary>Begins a definition.</summary>
    /// <param name="name">The name by which reads refer to the definition.</param>
    /// <param name="version">The version, at least 1.</param>
    public static SequenceDefinitionBuilder Create(string name, int version = 1) => new(name, version);
}
