using Signals.Maintenance;

namespace Signals.Dashboard.Work;

/// <summary>Work on a store that the page began: a verification, a checkpoint, an erasure, a flush, a compaction.</summary>
/// <remarks>Thread contract: the work changes it, any thread reads it. Each property is whole by itself.</remarks>
internal sealed class WorkItem(long id, string kind, string subject, DateTimeOffset startedAt)
{
    private volatile Outcome _outcome = new(WorkState.Running, "", null);
    private volatile ErasureCertificate? _certificate;
    private volatile VerifyReport? _report;
    private volatile ProgressBox? _progress;

    public long Id { get; } = id;

    public string Kind { get; } = kind;

    /// <summary>What it works on: a user, the name of a checkpoint. May be empty.</summary>
    public string Subject { get; } = subject;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public WorkState State => _outcome.State;

    /// <summary>What came of it, in a sentence; empty while it runs.</summary>
    public string Message => _outcome.Message;

    public DateTimeOffset? EndedAt => _outcome.EndedAt;

    /// <summary>How far a verification is; null for other work, and before its first file.</summary>
    public VerifyProgress? Progress => _progress?.Value;

    /// <summary>The certificate of an erasure that was acknowledged.</summary>
    public ErasureCertificate? Certificate
    {
        get => _certificate;
        set => _certificate = value;
    }

    /// <summary>The report of a verification that ended.</summary>
    public VerifyReport? Report
    {
        get => _report;
        set => _report = value;
    }

    public void Advance(in VerifyProgress progress) => _progress = new ProgressBox(progress);

    public void End(WorkState state, string message, DateTimeOffset at) => _outcome = new Outcome(state, message, at);

    private sealed record Outcome(WorkState State, string Message, DateTimeOffset? EndedAt);

    private sealed record ProgressBox(VerifyProgress Value);
}
