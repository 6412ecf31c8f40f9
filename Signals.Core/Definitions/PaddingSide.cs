namespace Signals.Core.Definitions;

/// <summary>On which side of a padded sequence the places without a row are.</summary>
public enum PaddingSide : byte
{
    /// <summary>After the rows. The default.</summary>
    Right = 0,

    /// <summary>Before the rows.</summary>
    Left = 1,
}
