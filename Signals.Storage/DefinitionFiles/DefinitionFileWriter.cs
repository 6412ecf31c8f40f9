using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Signals.Core.DefinitionVersions;

namespace Signals.Storage.DefinitionFiles;

/// <summary>
/// Writes the content of the file of stored definitions. The same content gives the same bytes. Thread contract: one call at a time
/// per object; made for one file.
/// </summary>
internal sealed class DefinitionFileWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>The bytes of a file that holds these names.</summary>
    public static byte[] Write(IReadOnlyList<StoredHistory> names)
    {
        DefinitionFileWriter writer = new();
        writer._buffer.Advance(HeaderOf(writer._buffer));
        writer.Number(names.Count);
        foreach (StoredHistory name in names)
        {
            writer.Name(name);
        }

        byte[] file = writer._buffer.WrittenSpan.ToArray();
        DefinitionFileFormat.Seal(file);
        return file;
    }

    private static int HeaderOf(ArrayBufferWriter<byte> buffer)
    {
        buffer.GetSpan(DefinitionFileFormat.HeaderBytes)[..DefinitionFileFormat.HeaderBytes].Clear();
        return DefinitionFileFormat.HeaderBytes;
    }

    private void Name(StoredHistory name)
    {
        Bytes(Encoding.UTF8.GetBytes(name.Name));
        Bytes(Encoding.UTF8.GetBytes(name.Owner));
        Flags((name.IsRetired ? DefinitionFileFormat.RetiredFlag : 0) | (name.Shadow is null ? 0 : DefinitionFileFormat.ShadowFlag));
        Number(name.LastRegistered);
        Versions(name.Versions);
        Versions(name.Past);
        Number(name.Activations.Count);
        foreach (int index in name.Activations)
        {
            Number(index);
        }

        if (name.Shadow is { } shadow)
        {
            Number(shadow.Every);
            Bytes(shadow.Json.Span);
        }
    }

    private void Versions(IReadOnlyList<StoredVersion> versions)
    {
        Number(versions.Count);
        foreach (StoredVersion version in versions)
        {
            Number(version.Version);
            Flags((version.HasOwnStages ? DefinitionFileFormat.OwnStagesFlag : 0)
                | (version.ContentHash is null ? DefinitionFileFormat.HostCodeFlag : 0));
            Long(version.RegisteredAtMs);
            Long(unchecked((long)version.LastServedIn));
            BinaryPrimitives.WriteUInt128LittleEndian(_buffer.GetSpan(16), version.ContentHash ?? UInt128.Zero);
            _buffer.Advance(16);
            Bytes(version.Json.Span);
        }
    }

    private void Flags(int flags)
    {
        _buffer.GetSpan(1)[0] = (byte)flags;
        _buffer.Advance(1);
    }

    private void Number(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(sizeof(int)), value);
        _buffer.Advance(sizeof(int));
    }

    private void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(sizeof(long)), value);
        _buffer.Advance(sizeof(long));
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        _buffer.Write(bytes);
    }
}
