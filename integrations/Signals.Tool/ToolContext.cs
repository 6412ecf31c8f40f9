using System.Text.Json;
using Signals.Tool.Export;
using Spectre.Console;

namespace Signals.Tool;

/// <summary>The inputs and outputs of a command. Used by one command at a time.</summary>
/// <param name="Console">Receives text for people, or JSON.</param>
/// <param name="OpenOutput">Opens the raw standard output, for exports.</param>
/// <param name="Messages">Receives notes. It is standard error, so that the output stays clean.</param>
/// <param name="Progress">Shows progress. It is standard error, and only used when that is a terminal.</param>
/// <param name="Answers">Provides answers to questions; null when no user can answer.</param>
internal sealed record ToolContext(
    IAnsiConsole Console, Func<Stream> OpenOutput, TextWriter Messages, IAnsiConsole Progress, TextReader? Answers = null)
{
    /// <summary>Prints a line as it is, however long it is.</summary>
    public void WriteRaw(string line) => Console.Profile.Out.Writer.WriteLine(line);

    /// <summary>Prints one JSON object on a line.</summary>
    public void WriteObject(Action<Utf8JsonWriter> properties) => WriteRaw(JsonText.Write(json =>
    {
        json.WriteStartObject();
        properties(json);
        json.WriteEndObject();
    }));
}
