using System.Numerics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Dashboard.Views;

/// <summary>A tensor of a user's sequence, as the model gets it, without the padding.</summary>
internal static class TensorView
{
    /// <summary>How many elements are shown at most; rows beyond are left out.</summary>
    private const int MostElements = 64 * 1024;

    private const int MostComputed = 4 * 1024 * 1024;

    public static Task SendAsync(HttpContext context, ShownStore shown)
    {
        UserId user = Parameters.User(context.Request);
        string definition = Parameters.Text(context.Request, "definition");
        string name = Parameters.Text(context.Request, "tensor");
        using ServedSequence sequence = shown.Store.Read(user, definition);
        TensorDescription tensor = sequence.Tensors.FirstOrDefault(t => t.Name == name && !t.IsMask)
            ?? throw new RefusedException(StatusCodes.Status404NotFound, "The definition has no tensor of this name.");
        long elements = (long)sequence.Count * tensor.Width;
        if (elements > MostComputed)
        {
            throw Parameters.Bad($"The tensor has {elements} elements; the page draws at most {MostComputed}.");
        }

        return Send(context, sequence, tensor);
    }

    private static Task Send(HttpContext context, ServedSequence sequence, TensorDescription tensor) => tensor.Type switch
    {
        TensorType.Float32 => Send<float>(context, sequence, tensor),
        TensorType.Float16 => Send<Half>(context, sequence, tensor),
        TensorType.Float64 => Send<double>(context, sequence, tensor),
        TensorType.Int8 => Send<sbyte>(context, sequence, tensor),
        TensorType.UInt8 => Send<byte>(context, sequence, tensor),
        TensorType.Int16 => Send<short>(context, sequence, tensor),
        TensorType.Int32 => Send<int>(context, sequence, tensor),
        TensorType.Int64 => Send<long>(context, sequence, tensor),
        _ => SendFlags(context, sequence, tensor),
    };

    private static Task Send<T>(HttpContext context, ServedSequence sequence, TensorDescription tensor)
        where T : unmanaged, INumber<T>
    {
        T[] values = new T[sequence.Count * tensor.Width];
        sequence.WriteTensor<T>(tensor.Name, values);
        return JsonAnswer.SendAsync(
            context, json => Write(json, sequence, tensor, at => WriteReal(json, double.CreateTruncating(values[at]))));
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static Task SendFlags(HttpContext context, ServedSequence sequence, TensorDescription tensor)
    {
        bool[] values = new bool[sequence.Count * tensor.Width];
        sequence.WriteTensor<bool>(tensor.Name, values);
        return JsonAnswer.SendAsync(context, json => Write(json, sequence, tensor, at => json.WriteNumberValue(values[at] ? 1 : 0)));
    }

    private static void Write(Utf8JsonWriter json, ServedSequence sequence, TensorDescription tensor, Action<int> writeElement)
    {
        int rows = Math.Min(sequence.Count, Math.Max(1, MostElements / Math.Max(1, tensor.Width)));
        json.WriteStartObject();
        json.WriteString("name", tensor.Name);
        json.WriteString("type", tensor.Type.ToString());
        json.WriteNumber("width", tensor.Width);
        json.WriteNumber("count", sequence.Count);
        json.WriteNumber("padded_rows", tensor.Rows);
        json.WriteStartArray("rows");
        for (int row = 0; row < rows; row++)
        {
            json.WriteStartArray();
            for (int element = 0; element < tensor.Width; element++)
            {
                writeElement((row * tensor.Width) + element);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
