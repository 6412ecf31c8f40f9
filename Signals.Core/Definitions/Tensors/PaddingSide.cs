namespace Signals.Definitions;

/// <summary>The side of a padded sequence on which the places without a row are.</summary>
public enum PaddingSide : byte
{
    /// <summary>After the rows. The default.</summary>
    Right = 0,

    /// <summary>Before the rows.</summary>
    Left = 1,
}
