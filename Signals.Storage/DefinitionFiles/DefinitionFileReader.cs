using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Signals.Core.DefinitionVersions;
using Signals.Definitions;

namespace Signals.Storage.DefinitionFiles;

/// <summary>
/// Reads the content of the file of stored definitions. It takes nothing on trust: a count is compared with the bytes that are left
/// before anything is allocated. Thread contract: one call at a time per object; made for one file.
/// </summary>
internal sealed class DefinitionFileReader
{
    private const int LeastNameBytes = 25;
    private const int LeastVersionBytes = 41;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _file;
    private int _offset = DefinitionFileFormat.HeaderBytes;

    private DefinitionFileReader(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>The names that a file holds.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or no file of this kind that this program can read.</exception>
    public static IReadOnlyList<StoredHistory> Read(ReadOnlyMemory<byte> file)
    {
        RequireHeader(file.Span);
        DefinitionFileReader reader = new(file);
        int count = reader.Count(LeastNameBytes);
        List<StoredHistory> names = new(count);
        HashSet<string> known = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            names.Add(reader.Name());
            Require(known.Add(names[^1].Name), $"the name '{names[^1].Name}' occurs twice");
        }

        Require(reader._offset == file.Length, "bytes follow the last name");
        return names;
    }

    private static void RequireHeader(ReadOnlySpan<byte> file)
    {
        Require(
            file.Length >= DefinitionFileFormat.HeaderBytes && BinaryPrimitives.ReadUInt64LittleEndian(file) == DefinitionFileFormat.Magic,
            "it does not begin as a file of stored definitions does");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(file[DefinitionFileFormat.VersionOffset..]);
        Require(
            version == DefinitionFileFormat.Version,
            string.Create(CultureInfo.InvariantCulture,
                $"it has version {version} of the format; this program reads version {DefinitionFileFormat.Version}"));
        Require(
            BinaryPrimitives.ReadUInt32LittleEndian(file[DefinitionFileFormat.ChecksumOffset..]) == DefinitionFileFormat.ChecksumOf(file),
            "its checksum is wrong");
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidDataException(problem);
        }
    }

    private StoredHistory Name()
    {
        string name = Text();
        string owner = Text();
        byte flags = Flags(DefinitionFileFormat.RetiredFlag | DefinitionFileFormat.ShadowFlag);
        int lastRegistered = Number();
        Require(lastRegistered >= 0, "the version that was registered last is negative");
        List<StoredVersion> versions = Versions();
        List<StoredVersion> past = Versions();
        Require(versions.DistinctBy(version => version.Version).Count() == versions.Count, $"'{name}' has a version twice");
        Require(
            versions.TrueForAll(version => IsOf(name, owner, version)) && past.TrueForAll(version => IsOf(name, owner: null, version)),
            $"a version of '{name}' has the JSON of another name, owner or version");
        Require(past.TrueForAll(version => version.ContentHash is not null), $"'{name}' keeps a past version without JSON");
        int[] activations = new int[Count(sizeof(int))];
        for (int i = 0; i < activations.Length; i++)
        {
            activations[i] = Number();
            Require(activations[i] >= 0 && activations[i] < versions.Count, $"'{name}' activates a version that it does not have");
        }

        return new StoredHistory
        {
            Name = name,
            Owner = owner,
            IsRetired = (flags & DefinitionFileFormat.RetiredFlag) != 0,
            LastRegistered = lastRegistered,
            Versions = versions,
            Past = past,
            Activations = activations,
            Shadow = (flags & DefinitionFileFormat.ShadowFlag) == 0 ? null : Shadow(),
        };
    }

    // JSON that this program cannot read may be right; a newer one wrote it then. Past versions may be of an earlier owner.
    private static bool IsOf(string name, string? owner, StoredVersion version) =>
        !SequenceDefinition.TryParse(version.Json.Span, out SequenceDefinition? read, out _)
        || (read.Name == name && (owner is null || read.Owner == owner) && read.Version == version.Version);

    private StoredShadow Shadow()
    {
        int every = Number();
        Require(every > 0, "a shadow compares no read");
        return new StoredShadow(Bytes(), every);
    }

    private List<StoredVersion> Versions()
    {
        int count = Count(LeastVersionBytes);
        List<StoredVersion> versions = new(count);
        for (int i = 0; i < count; i++)
        {
            versions.Add(Version());
        }

        return versions;
    }

    private StoredVersion Version()
    {
        int version = Number();
        byte flags = Flags(DefinitionFileFormat.OwnStagesFlag | DefinitionFileFormat.HostCodeFlag);
        long registeredAt = Long();
        ulong lastServedIn = unchecked((ulong)Long());
        UInt128 hash = BinaryPrimitives.ReadUInt128LittleEndian(Take(16).Span);
        ReadOnlyMemory<byte> json = Bytes();
        bool isHostCode = (flags & DefinitionFileFormat.HostCodeFlag) != 0;
        Require(version >= 1, "a version number is less than 1");
        Require(
            registeredAt >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
                && registeredAt <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(),
            "a time of registration is none that a date can have");
        Require(hash == (isHostCode ? UInt128.Zero : HashOf(json.Span)), "a hash is not that of the JSON beside it");
        Require(isHostCode == json.IsEmpty, "a version must have JSON or a condition in the host's code, and not both");
        return new StoredVersion(
            version, json, isHostCode ? null : hash, registeredAt, lastServedIn, (flags & DefinitionFileFormat.OwnStagesFlag) != 0);
    }

    private static UInt128 HashOf(ReadOnlySpan<byte> json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private string Text()
    {
        try
        {
            return Strict.GetString(Bytes().Span);
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidDataException("a name is not UTF-8", error);
        }
    }

    private ReadOnlyMemory<byte> Bytes() => Take(Count(leastBytesEach: 1));

    private int Count(int leastBytesEach)
    {
        int count = Number();
        Require(count >= 0 && count <= (_file.Length - _offset) / leastBytesEach, "a count is greater than the file");
        return count;
    }

    private byte Flags(int known)
    {
        byte flags = Take(1).Span[0];
        Require((flags & ~known) == 0, "a flag is set that this program does not know");
        return flags;
    }

    private int Number() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

    private long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    private ReadOnlyMemory<byte> Take(int count)
    {
        Require(count <= _file.Length - _offset, "it ends too early");
        ReadOnlyMemory<byte> taken = _file.Slice(_offset, count);
        _offset += count;
        return taken;
    }
}
