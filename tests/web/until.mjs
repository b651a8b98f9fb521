/** Asks again until the claim holds; the last refusal is the report. */
export async function until(claim, patience = 15_000, pause = 25) {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
}
