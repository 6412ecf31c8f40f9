namespace Signals.Checkpoints;

/// <summary>
/// Shared storage failed, or was too slow for a checkpoint. The store is not affected, and <c>CURRENT</c> still names a complete
/// checkpoint. The same work may succeed later. Immutable.
/// </summary>
public sealed class CheckpointTargetException : SignalsException
{
    /// <summary>Records a failure.</summary>
    /// <param name="operation">What was tried, as in <c>put</c>.</param>
    /// <param name="target">The target's description, with the name of the blob.</param>
    /// <param name="error">What the target answered, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointTargetException(string operation, string target, string error, Exception? innerException = null)
        : base($"{operation} of '{target}' failed: {error}", innerException)
    {
        Operation = operation;
        Target = target;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>The target's description, with the name of the blob.</summary>
    public string Target { get; }
}
