namespace Signals.Storage.Segments;

/// <summary>What an import is doing.</summary>
public enum ImportStage
{
    /// <summary>Copies the segment into the store's folder.</summary>
    Copying,

    /// <summary>Reads the private copy in full and checks it.</summary>
    Verifying,

    /// <summary>Makes it durable and visible. From here on cancelling has no effect.</summary>
    Publishing,
}
