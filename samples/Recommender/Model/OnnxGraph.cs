using System.Buffers.Binary;

namespace Signals.Samples.Recommender.Model;

/// <summary>Builds an ONNX file: a graph of operators with weights, inputs and outputs. Field numbers are those of onnx.proto3.</summary>
internal sealed class OnnxGraph
{
    private const int IrVersion = 8;
    private const int OpsetVersion = 17;
    private const int FloatType = 1;
    private const int Int64Type = 7;
    private const int IntegerAttribute = 2;

    private readonly ProtobufWriter _graph = new ProtobufWriter().Text(2, "sequence_ranker");

    public OnnxGraph Node(string op, string output, params ReadOnlySpan<string> inputs) =>
        Node(op, output, attribute: null, value: 0, inputs);

    public OnnxGraph Node(string op, string output, string? attribute, long value, params ReadOnlySpan<string> inputs)
    {
        ProtobufWriter node = new();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(3, output).Text(4, op);
        if (attribute is not null)
        {
            node.Message(5, new ProtobufWriter().Text(1, attribute).Number(3, value).Number(20, IntegerAttribute));
        }

        _graph.Message(1, node);
        return this;
    }

    public OnnxGraph Weights(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        _graph.Message(5, Tensor(name, FloatType, shape).Floats(9, values));
        return this;
    }

    public OnnxGraph Axis(string name, long value)
    {
        byte[] raw = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(raw, value);
        _graph.Message(5, Tensor(name, Int64Type, [1]).Raw(9, raw));
        return this;
    }

    /// <summary>An input of floats; an axis that is no number may have any length.</summary>
    public OnnxGraph Input(string name, params ReadOnlySpan<string> shape) => Value(11, name, shape);

    public OnnxGraph Output(string name, params ReadOnlySpan<string> shape) => Value(12, name, shape);

    public byte[] ToFile() => new ProtobufWriter()
        .Number(1, IrVersion)
        .Text(2, "signals-recommender-sample")
        .Message(7, _graph)
        .Message(8, new ProtobufWriter().Text(1, "").Number(2, OpsetVersion))
        .Bytes.ToArray();

    private static ProtobufWriter Tensor(string name, int type, ReadOnlySpan<int> shape)
    {
        ProtobufWriter tensor = new();
        foreach (int length in shape)
        {
            tensor.Number(1, length);
        }

        return tensor.Number(2, type).Text(8, name);
    }

    private OnnxGraph Value(int field, string name, ReadOnlySpan<string> shape)
    {
        ProtobufWriter axes = new();
        foreach (string axis in shape)
        {
            axes.Message(
                1, int.TryParse(axis, out int length) ? new ProtobufWriter().Number(1, length) : new ProtobufWriter().Text(2, axis));
        }

        ProtobufWriter type = new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, FloatType).Message(2, axes));
        _graph.Message(field, new ProtobufWriter().Text(1, name).Message(2, type));
        return this;
    }
}
