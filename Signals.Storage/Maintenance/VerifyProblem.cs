namespace Signals.Maintenance;

/// <summary>One problem that <see cref="SignalStore.Verify"/> found. Immutable.</summary>
public sealed class VerifyProblem
{
    internal VerifyProblem(string file, long offset, string message) => (File, Offset, Message) = (file, offset, message);

    /// <summary>The path of the damaged or missing file.</summary>
    public string File { get; }

    /// <summary>Where the damaged part begins, in bytes from the start of the file; 0 when the whole file is affected.</summary>
    public long Offset { get; }

    /// <summary>What was found and what was expected.</summary>
    public string Message { get; }

    /// <summary>File, offset and message in one line.</summary>
    public override string ToString() => $"{File} at {Offset}: {Message}";
}
