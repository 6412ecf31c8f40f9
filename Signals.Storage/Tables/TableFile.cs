using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads the bytes of one table file and tells damage from answers: a short read, or bytes that do not match their checksum,
/// are a <see cref="CorruptionException"/> with file and offset. Threads: any. Owns the file.
/// </summary>
internal sealed class TableFile(IFile file, ulong number) : IDisposable
{
    /// <summary>The table's number, part of every checksum.</summary>
    public ulong Number { get; } = number;

    /// <summary>The file's path, for messages.</summary>
    public string Path => file.Path;

    /// <summary>The file's length now.</summary>
    public long Length => file.Length;

    /// <summary>Fills the destination or fails.</summary>
    public void ReadExactly(long offset, Span<byte> destination)
    {
        int read = file.Read(offset, destination);
        if (read != destination.Length)
        {
            throw Corrupt(offset, $"the file ends after {read} of {destination.Length} bytes");
        }
    }

    /// <summary>A section's bytes, verified. The section's bounds were checked against the file's length before.</summary>
    public byte[] ReadSection(in TableSection section)
    {
        if (section.Length > Array.MaxLength)
        {
            throw Corrupt(section.Offset, $"section {section.Tag} has {section.Length} bytes, more than this version reads");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)section.Length);
        ReadExactly(section.Offset, bytes);
        RequireChecksum(section.Offset, bytes, section.Checksum);
        return bytes;
    }

    /// <summary>Fails unless the bytes at an offset have the checksum.</summary>
    public void RequireChecksum(long offset, ReadOnlySpan<byte> bytes, uint expected)
    {
        uint found = TableFormat.Checksum(Number, offset, bytes);
        if (found != expected)
        {
            throw Corrupt(offset, $"checksum of {bytes.Length} bytes is {found:x8}, expected {expected:x8}");
        }
    }

    /// <summary>The exception for damage in this file.</summary>
    public CorruptionException Corrupt(long offset, string message, Exception? inner = null) => new(Path, offset, message, inner);

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
