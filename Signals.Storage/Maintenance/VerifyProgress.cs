namespace Signals.Maintenance;

/// <summary>The progress of a verification. Immutable.</summary>
public readonly struct VerifyProgress
{
    internal VerifyProgress(int filesDone, int files, long bytesDone) => (FilesDone, Files, BytesDone) = (filesDone, files, bytesDone);

    /// <summary>Files that were read to the end.</summary>
    public int FilesDone { get; }

    /// <summary>Files in all.</summary>
    public int Files { get; }

    /// <summary>Bytes of the files that were read to the end.</summary>
    public long BytesDone { get; }
}
