namespace Signals;

/// <summary>Stored bytes differ from what was written. No answer ever contains anything of the damaged part.</summary>
public sealed class CorruptionException : SignalsException
{
    /// <summary>Creates an error for damage in <paramref name="file"/> at <paramref name="offset"/>.</summary>
    /// <param name="file">The path of the damaged file.</param>
    /// <param name="offset">Where the damaged part begins, in bytes from the start of the file.</param>
    /// <param name="message">What was found and what was expected.</param>
    /// <param name="innerException">The error that revealed the damage, if any.</param>
    public CorruptionException(string file, long offset, string message, Exception? innerException = null)
        : base($"'{file}' is corrupt at offset {offset}: {message}", innerException)
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The path of the damaged file.</summary>
    public string File { get; }

    /// <summary>Where the damaged part begins, in bytes from the start of the file.</summary>
    public long Offset { get; }
}
