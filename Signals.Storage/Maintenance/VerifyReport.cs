namespace Signals.Maintenance;

/// <summary>What a verification checked and found. Immutable.</summary>
public sealed class VerifyReport
{
    internal VerifyReport(int files, long bytes, IReadOnlyList<VerifyProblem> problems) =>
        (Files, Bytes, Problems) = (files, bytes, problems);

    /// <summary>How many files were checked.</summary>
    public int Files { get; }

    /// <summary>Bytes of these files. Of the log that is being written, only the bytes up to the call count.</summary>
    public long Bytes { get; }

    /// <summary>What is wrong: for each file at most the first problem.</summary>
    public IReadOnlyList<VerifyProblem> Problems { get; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsIntact => Problems.Count == 0;
}
