using System.Globalization;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Jupyter;

/// <summary>One message of <see href="https://jupyter-client.readthedocs.io/en/stable/messaging.html">Jupyter's protocol</see>.</summary>
/// <param name="Identities">Whom it came from or goes to; on <see cref="KernelChannel.Iopub"/> its topic.</param>
/// <param name="Header">Type, id, session, time.</param>
/// <param name="ParentHeader">The header of the request that it belongs to; empty when there is none.</param>
/// <param name="Metadata">What is known about the content.</param>
/// <param name="Content">What its type says.</param>
internal sealed record KernelMessage(IReadOnlyList<byte[]> Identities, JsonObject Header, JsonObject ParentHeader, JsonObject Metadata, JsonObject Content)
{
    /// <summary>The version of the protocol.</summary>
    public const string ProtocolVersion = "5.3";

    /// <summary>The type, such as <c>execute_request</c>.</summary>
    public string Type => JupyterJson.Text(Header["msg_type"]) ?? "";

    /// <summary>Makes a message that belongs to a request.</summary>
    public static KernelMessage Create(string type, string session, IReadOnlyList<byte[]> identities, JsonObject parentHeader, JsonObject content) => new(
        identities,
        new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString("N"),
            ["msg_type"] = type,
            ["session"] = session,
            ["username"] = "kernel",
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["version"] = ProtocolVersion,
        },
        parentHeader,
        [],
        content);

    /// <summary>A text of the content.</summary>
    /// <exception cref="MalformedMessageException">It is missing or no text.</exception>
    public string Text(string name) => JupyterJson.Text(Content[name]) ?? throw new MalformedMessageException($"{Type}: '{name}' is missing or not a string.");

    /// <summary>A yes or no of the content.</summary>
    public bool Flag(string name, bool otherwise) => Content[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : otherwise;

    /// <summary>A whole number of the content.</summary>
    public int Number(string name, int otherwise) => Content[name] is JsonValue value && value.TryGetValue(out int number) ? number : otherwise;
}
