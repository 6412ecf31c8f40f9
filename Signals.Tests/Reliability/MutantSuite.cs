namespace Signals.Tests.Reliability;

/// <summary>A suite in short, as <see cref="MutantGateTests"/> runs it.</summary>
internal enum MutantSuite
{
    /// <summary>Power fails, or the process is killed, after an operation.</summary>
    PowerCuts,

    /// <summary>An operation fails once.</summary>
    IoErrors,

    /// <summary>Somebody deletes the lock file.</summary>
    LockLoss,
}
