Console.WriteLine("NotebookHost");
