namespace Signals.Offline;

/// <summary>What an import is doing.</summary>
public enum ImportStage
{
    /// <summary>The segment is copied into the folder of the store.</summary>
    Copying,

    /// <summary>The private copy is read in full and checked.</summary>
    Verifying,

    /// <summary>The segment is made durable and visible. From this stage on cancelling has no effect.</summary>
    Publishing,
}
