using Signals.Core.Model;

namespace Signals.Core.Definitions;

/// <summary>
/// The named, versioned recipe of a sequence: what to fetch, what to filter, what to join on, how long, in which order, and what comes out.
/// Immutable, equal by value, safe to share. Made by <see cref="Create"/> or from JSON; both give equal objects.
/// </summary>
/// <remarks>
/// Its meaning: go over the user's visible events from the newest to the oldest (equal times: by event type id, then event id). A row is
/// passed over when it is outside its source's window, when a condition is false, when its source's count is full, or when its dedup key is
/// taken; otherwise it is a candidate, uses up one of its count and takes its key. A row passed over never suppresses another. The newest
/// <see cref="Size"/> candidates are the sequence, or those that the <see cref="Mix"/> chooses. <see cref="Order"/> is presentation only.
/// </remarks>
public sealed partial record SequenceDefinition
{
    /// <summary>The name that reads ask for.</summary>
    public required string Name { get; init; }

    /// <summary>At least 1; a changed definition gets another.</summary>
    public required int Version { get; init; }

    /// <summary>The team or tenant that answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>How far it is on its way.</summary>
    public LifecycleStage Stage { get; init; }

    /// <summary>What it is for, in a sentence; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>What a request may override. The settings that use a parameter hold its value.</summary>
    public ValueList<Parameter> Parameters { get; init; } = [];

    /// <summary>The event types, each once.</summary>
    public required ValueList<SourceDefinition> Sources { get; init; }

    /// <summary>What must be true of every event; <c>null</c> for no condition.</summary>
    public Predicate? Where { get; init; }

    /// <summary>Which events count as the same; <c>null</c> for none.</summary>
    public DedupRule? Dedup { get; init; }

    /// <summary>How event types share the places.</summary>
    public ValueList<MixRule> Mix { get; init; } = [];

    /// <summary>Enrichers that the definition uses.</summary>
    public ValueList<EnrichmentUse> Enrichments { get; init; } = [];

    /// <summary>The order of rows in the answer.</summary>
    public SequenceOrder Order { get; init; }

    /// <summary>The most rows of an answer, and the padded length of a tensor.</summary>
    public required Setting<int> Size { get; init; }

    /// <summary>How long a read may take when the caller does not say; <c>null</c> for any time.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The columns of a raw answer; none for times, ids and event types alone.</summary>
    public ValueList<OutputColumn> Columns { get; init; } = [];

    /// <summary>The model-ready answer; <c>null</c> when only raw answers are wanted.</summary>
    public TensorSection? Tensors { get; init; }

    /// <summary>Begins a definition.</summary>
    /// <param name="name">The name that reads ask for.</param>
    /// <param name="version">At least 1.</param>
    public static SequenceDefinitionBuilder Create(string name, int version = 1) => new(name, version);
}
