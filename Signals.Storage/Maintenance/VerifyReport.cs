namespace Signals.Storage.Maintenance;

/// <summary>What a verification looked at and found. Immutable.</summary>
public sealed class VerifyReport
{
    internal VerifyReport(int files, long bytes, IReadOnlyList<VerifyProblem> problems) => (Files, Bytes, Problems) = (files, bytes, problems);

    /// <summary>Files looked at.</summary>
    public int Files { get; }

    /// <summary>Their bytes, of the log that is being written those up to the moment of the call.</summary>
    public long Bytes { get; }

    /// <summary>What is wrong; at most one problem per file, the first.</summary>
    public IReadOnlyList<VerifyProblem> Problems { get; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsIntact => Problems.Count == 0;
}
