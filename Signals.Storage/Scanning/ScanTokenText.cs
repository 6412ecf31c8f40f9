using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Signals.Scanning;
using Signals.Storage.Primitives;

namespace Signals.Storage.Scanning;

/// <summary>Writes and reads scan tokens as text. Stateless; any thread.</summary>
internal static class ScanTokenText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Write(ScanToken token)
    {
        int name = Strict.GetByteCount(token.EventType);
        byte[] bytes = new byte[ScanTokenFormat.NameOffset + name + ScanTokenFormat.ChecksumLength];
        bytes[ScanTokenFormat.VersionOffset] = ScanTokenFormat.Version;
        bytes[ScanTokenFormat.OrderOffset] = (byte)token.Order;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(ScanTokenFormat.NameLengthOffset), checked((ushort)name));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ScanTokenFormat.UserHighOffset), token.User.High);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ScanTokenFormat.UserLowOffset), token.User.Low);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(ScanTokenFormat.TimeOffset), token.TimeMs);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ScanTokenFormat.IdOffset), token.Id);
        Strict.GetBytes(token.EventType, bytes.AsSpan(ScanTokenFormat.NameOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(ScanTokenFormat.NameOffset + name), Crc32C.Compute(bytes.AsSpan(0, ScanTokenFormat.NameOffset + name)));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a token. Otherwise says what is wrong.</summary>
    public static ScanToken? Read(string? text, out string problem)
    {
        if (text is null || text.Length > ScanTokenFormat.MaxTextLength)
        {
            problem = $"it has {text?.Length ?? 0} characters; a token has at most {ScanTokenFormat.MaxTextLength}";
            return null;
        }

        if (!Base64Url.IsValid(text, out int length))
        {
            problem = "it is not base64url";
            return null;
        }

        byte[] bytes = new byte[length];
        length = Base64Url.DecodeFromChars(text, bytes);
        int end = length - ScanTokenFormat.ChecksumLength;
        if (end <= ScanTokenFormat.NameOffset
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end)) != Crc32C.Compute(bytes.AsSpan(0, end)))
        {
            problem = "its checksum is wrong, so it was cut or changed";
            return null;
        }

        return Read(bytes.AsSpan(0, end), out problem);
    }

    private static ScanToken? Read(ReadOnlySpan<byte> bytes, out string problem)
    {
        byte version = bytes[ScanTokenFormat.VersionOffset];
        byte order = bytes[ScanTokenFormat.OrderOffset];
        int name = BinaryPrimitives.ReadUInt16LittleEndian(bytes[ScanTokenFormat.NameLengthOffset..]);
        if (version != ScanTokenFormat.Version)
        {
            problem = $"it has version {version}; this program reads version {ScanTokenFormat.Version}";
            return null;
        }

        if (order > (byte)SequenceOrder.OldestFirst || bytes.Length != ScanTokenFormat.NameOffset + name)
        {
            problem = $"it has order {order} and a name of {name} bytes in {bytes.Length} bytes";
            return null;
        }

        string type;
        try
        {
            type = Strict.GetString(bytes[ScanTokenFormat.NameOffset..]);
        }
        catch (DecoderFallbackException)
        {
            problem = "the name of its event type is not UTF-8"; // the caller gets that as its error
            return null;
        }

        problem = "";
        UserId user = new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[ScanTokenFormat.UserHighOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[ScanTokenFormat.UserLowOffset..]));
        return new ScanToken(
            type, (SequenceOrder)order, user, BinaryPrimitives.ReadInt64LittleEndian(bytes[ScanTokenFormat.TimeOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[ScanTokenFormat.IdOffset..]));
    }
}
