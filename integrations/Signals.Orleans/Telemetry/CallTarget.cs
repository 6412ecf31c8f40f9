namespace Signals.Orleans.Telemetry;

/// <summary>Who was called for a read.</summary>
internal enum CallTarget
{
    /// <summary>The owner, wherever it is.</summary>
    Owner = 0,

    /// <summary>The replica of a machine, by the machine's name.</summary>
    Replica = 1,
}
