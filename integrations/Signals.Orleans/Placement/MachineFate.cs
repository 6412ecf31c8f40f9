namespace Signals.Orleans.Placement;

/// <summary>What became of a machine. The order counts: the least of several holds.</summary>
internal enum MachineFate
{
    /// <summary>It is there, or comes.</summary>
    Active = 0,

    /// <summary>It stopped in order, or is about to.</summary>
    Left = 1,

    /// <summary>It is gone, and had not said so.</summary>
    Lost = 2,
}
