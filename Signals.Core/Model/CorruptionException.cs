namespace Signals.Core.Model;

/// <summary>Stored bytes are not what was written; nothing is served from them. Immutable.</summary>
public sealed class CorruptionException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the damaged file.</param>
    /// <param name="offset">The offset in bytes of the damaged part.</param>
    /// <param name="message">What was found and what was expected.</param>
    public CorruptionException(string file, long offset, string message)
        : base($"'{file}' is corrupt at offset {offset}: {message}")
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The path of the damaged file.</summary>
    public string File { get; }

    /// <summary>The offset in bytes of the damaged part.</summary>
    public long Offset { get; }
}
