namespace Signals.Definitions;

/// <summary>The unit of a feature that is a time.</summary>
public enum TimeUnit : byte
{
    /// <summary>A thousandth of a second. The default.</summary>
    Milliseconds = 0,

    /// <summary>1 s.</summary>
    Seconds = 1,

    /// <summary>60 s.</summary>
    Minutes = 2,

    /// <summary>3600 s.</summary>
    Hours = 3,

    /// <summary>86400 s.</summary>
    Days = 4,
}
