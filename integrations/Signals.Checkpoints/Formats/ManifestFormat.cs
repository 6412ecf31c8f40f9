using System.Buffers;
using MessagePack;

namespace Signals.Checkpoints.Formats;

/// <summary>
/// The encoding of a <see cref="CheckpointManifest"/>: a header, then a MessagePack array (<c>docs/formats/checkpoint.md</c>).
/// Thread contract: pure functions; any thread. Bytes from shared storage are not trusted: every count is checked against the bytes
/// left before memory is allocated, every name against those that a store gives, and every error is an
/// <see cref="InvalidDataException"/>.
/// </summary>
internal static class ManifestFormat
{
    private const int Fields = 7;
    private const int FieldsWithErasure = 8;
    private const int ErasureFields = 2;
    private const int SourceFields = 3;
    private const int FileFields = 3;
    private const int PartFields = 3;

    // The fewest bytes that an element takes. They bound what a stated count makes a reader allocate.
    private const int LeastSourceBytes = 5;
    private const int LeastFileBytes = 11;
    private const int LeastPartBytes = CheckpointFormat.HashBytes + 5;

    private const long LeastMs = 0;
    private const long GreatestMs = 253_402_300_799_999; // the last millisecond that a date has

    public static byte[] Write(CheckpointManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        uint version = manifest.Erasure is null ? CheckpointFormat.Version : CheckpointFormat.ManifestVersionWithErasure;
        BlobHeader.Write(buffer.GetSpan(CheckpointFormat.HeaderBytes), CheckpointFormat.ManifestMagic, version);
        buffer.Advance(CheckpointFormat.HeaderBytes);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(manifest.Erasure is null ? Fields : FieldsWithErasure);
        writer.Write(manifest.CreatedMs);
        writer.Write(manifest.Run.ToByteArray());
        writer.Write(manifest.Previous?.ToBytes());
        writer.Write(manifest.Position.CommitPosition);
        WriteSources(ref writer, manifest.Position.Sources);
        writer.Write(manifest.SchemaHash.ToBytes());
        WriteFiles(ref writer, manifest.Files);
        if (manifest.Erasure is { } erasure)
        {
            writer.WriteArrayHeader(ErasureFields);
            writer.Write(erasure.Id.ToByteArray());
            writer.Write(erasure.AtMs);
        }

        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes a manifest that fills <paramref name="blob"/> exactly.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a manifest, or it states what no store can have.</exception>
    public static CheckpointManifest Read(ReadOnlyMemory<byte> blob)
    {
        uint version = BlobHeader.Require(
            blob.Span, CheckpointFormat.ManifestMagic, CheckpointFormat.ManifestVersionWithErasure);
        try
        {
            var reader = new MessagePackReader(blob[CheckpointFormat.HeaderBytes..]);
            CheckpointManifest manifest = ReadBody(ref reader, version == CheckpointFormat.ManifestVersionWithErasure);
            return reader.End ? manifest : throw new InvalidDataException("bytes follow the manifest that do not belong to it.");
        }
        catch (Exception e) when (
            e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("it is not a valid manifest: " + e.Message, e);
        }
    }

    private static void WriteSources(ref MessagePackWriter writer, IReadOnlyList<SourcePosition> sources)
    {
        writer.WriteArrayHeader(sources.Count);
        foreach (SourcePosition source in sources)
        {
            writer.WriteArrayHeader(SourceFields);
            writer.Write(source.Source);
            writer.Write(source.Generation);
            writer.Write(source.Position);
        }
    }

    private static void WriteFiles(ref MessagePackWriter writer, ManifestFile[] files)
    {
        writer.WriteArrayHeader(files.Length);
        foreach (ManifestFile file in files)
        {
            writer.WriteArrayHeader(FileFields);
            writer.Write(file.Name);
            writer.Write(file.Length);
            writer.WriteArrayHeader(file.Parts.Length);
            foreach (PartRef part in file.Parts)
            {
                writer.WriteArrayHeader(PartFields);
                writer.Write(part.Hash.ToBytes());
                writer.Write(part.Length);
                writer.Write(part.Copy);
            }
        }
    }

    private static CheckpointManifest ReadBody(ref MessagePackReader reader, bool hasErasure)
    {
        RequireFields(ref reader, hasErasure ? FieldsWithErasure : Fields, "a manifest");
        long created = ReadTime(ref reader, "it was made");
        Guid run = new(ReadBytes(ref reader, 16));
        ContentHash? previous = reader.TryReadNil() ? null : ReadHash(ref reader);
        long commit = reader.ReadInt64();
        SourcePosition[] sources = ReadSources(ref reader);
        return new CheckpointManifest
        {
            CreatedMs = created,
            Run = run,
            Previous = previous,
            Position = new CheckpointPosition(sources, commit),
            SchemaHash = ReadHash(ref reader),
            Files = ReadFiles(ref reader),
            Erasure = hasErasure ? ReadErasure(ref reader) : null,
        };
    }

    private static ErasureMark ReadErasure(ref MessagePackReader reader)
    {
        RequireFields(ref reader, ErasureFields, "an erasure");
        return new ErasureMark(new Guid(ReadBytes(ref reader, 16)), ReadTime(ref reader, "users were erased"));
    }

    private static long ReadTime(ref MessagePackReader reader, string what)
    {
        long time = reader.ReadInt64();
        Require(time is >= LeastMs and <= GreatestMs, $"{what} at {time} ms, which no date can represent.");
        return time;
    }

    private static SourcePosition[] ReadSources(ref MessagePackReader reader)
    {
        var sources = new SourcePosition[ReadCount(ref reader, LeastSourceBytes)];
        for (int i = 0; i < sources.Length; i++)
        {
            RequireFields(ref reader, SourceFields, "a source");
            string? name = reader.ReadString();
            int generation = reader.ReadInt32();
            long position = reader.ReadInt64();
            Require(
                name is { Length: > 0 and <= CheckpointFormat.MaxSourceNameBytes } && generation >= 0 && position >= 0,
                $"source {i} has no name, or generation {generation} or position {position} is negative.");
            sources[i] = new SourcePosition(name!, position) { Generation = generation };
        }

        return sources;
    }

    private static ManifestFile[] ReadFiles(ref MessagePackReader reader)
    {
        var files = new ManifestFile[ReadCount(ref reader, LeastFileBytes)];
        long total = 0;
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = ReadFile(ref reader);
            Require(
                i == 0 || string.CompareOrdinal(files[i - 1].Name, files[i].Name) < 0,
                $"the file '{files[i].Name}' comes twice or out of order.");
            total = checked(total + files[i].Length);
        }

        Require(total <= CheckpointFormat.MaxTotalBytes, $"its files have {total} bytes together.");
        Require(
            Array.Exists(files, file => file.Name == StoreFileNames.Current) && Array.Exists(files, f => StoreFileNames.IsManifest(f.Name)),
            "it has no CURRENT or no manifest of a store.");
        return files;
    }

    private static ManifestFile ReadFile(ref MessagePackReader reader)
    {
        RequireFields(ref reader, FileFields, "a file");
        string? name = reader.ReadString();
        Require(name is not null && StoreFileNames.IsStoreFile(name), $"'{Shorten(name)}' is not the name of a store's file.");
        long length = reader.ReadInt64();
        var parts = new PartRef[ReadCount(ref reader, LeastPartBytes)];
        long sum = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            RequireFields(ref reader, PartFields, "a part");
            parts[i] = new PartRef(ReadHash(ref reader), reader.ReadInt32(), reader.ReadUInt32());
            Require(
                parts[i].Length is > 0 and <= CheckpointFormat.MaxPartBytes,
                $"part {i} of '{name}' has {parts[i].Length} bytes; 1 to {CheckpointFormat.MaxPartBytes} are allowed.");
            sum += parts[i].Length;
        }

        Require(
            length >= sum && length - sum <= CheckpointFormat.MaxZeroTail,
            $"'{name}' has {length} bytes, but its parts have {sum}.");
        return new ManifestFile(name!, length, parts);
    }

    private static int ReadCount(ref MessagePackReader reader, int leastBytes)
    {
        int count = reader.ReadArrayHeader();
        long left = reader.Sequence.Length - reader.Consumed;
        Require(count <= left / leastBytes, $"{count} elements of at least {leastBytes} bytes are stated, and {left} bytes are left.");
        return count;
    }

    private static ContentHash ReadHash(ref MessagePackReader reader) => new(ReadBytes(ref reader, CheckpointFormat.HashBytes));

    private static byte[] ReadBytes(ref MessagePackReader reader, int length)
    {
        ReadOnlySequence<byte> bytes = reader.ReadBytes() ?? throw new InvalidDataException("a hash or number is missing.");
        Require(bytes.Length == length, $"a hash or number has {bytes.Length} bytes, not {length}.");
        return bytes.ToArray();
    }

    private static void RequireFields(ref MessagePackReader reader, int fields, string of)
    {
        int count = reader.ReadArrayHeader();
        Require(count == fields, $"{of} has {count} fields, not {fields}.");
    }

    private static string? Shorten(string? name) => name is { Length: > 64 } ? name[..64] + "..." : name;

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
